namespace UserStore.Migrations.BuiltIn;

/// <summary>Creates the tables of the store.</summary>
internal sealed class CreateTables(string id) : Migration(id, "Creates the tables of users and reservations.")
{
    public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default)
        => context.CreateTablesAsync(cancellationToken);
}

/// <summary>Creates the tables of the store. Undoing it deletes them with all users.</summary>
internal sealed class CreateAndDeleteTables(string id)
    : UndoableMigration(id, "Creates the tables of users and reservations; undoing it deletes them.")
{
    internal override bool UndoDeletesUsers => true;

    public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default)
        => context.CreateTablesAsync(cancellationToken);

    public override async Task DownAsync(MigrationContext context, CancellationToken cancellationToken = default)
    {
        // The users first: if their table is protected, nothing is deleted.
        await context.DeleteTableAsync(context.UsersTable, cancellationToken).ConfigureAwait(false);
        if (context.ReservationsTable is not null)
            await context.DeleteTableAsync(context.ReservationsTable, cancellationToken).ConfigureAwait(false);
        if (context.Attempt.Store.Schema.DataKeys is { TableName: var dataKeys })
            await context.DeleteTableAsync(dataKeys, cancellationToken).ConfigureAwait(false);
    }
}
