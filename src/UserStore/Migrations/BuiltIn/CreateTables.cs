namespace UserStore.Migrations.BuiltIn;

/// <summary>Creates the tables of the store.</summary>
internal sealed class CreateTables(string id) : Migration(id, "Creates the tables of users and emails.")
{
    public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default)
        => context.CreateTablesAsync(cancellationToken);
}

/// <summary>Creates the tables of the store. Undoing it deletes them with all users.</summary>
internal sealed class CreateAndDeleteTables(string id)
    : UndoableMigration(id, "Creates the tables of users and emails; undoing it deletes them.")
{
    internal override bool UndoDeletesUsers => true;

    public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default)
        => context.CreateTablesAsync(cancellationToken);

    public override async Task DownAsync(MigrationContext context, CancellationToken cancellationToken = default)
    {
        // The users first: if their table is protected, nothing is deleted.
        await context.DeleteTableAsync(context.UsersTable, cancellationToken).ConfigureAwait(false);
        if (context.EmailsTable is not null)
            await context.DeleteTableAsync(context.EmailsTable, cancellationToken).ConfigureAwait(false);
    }
}
