using System.Reflection;

namespace UserStore.Migrations;

/// <summary>A change of tables or items that is made once, in the order of the ids, and remembered in a journal.</summary>
/// <remarks>
/// <para>
/// A migration that ends with an exception, or whose process ends, is run again from its beginning: all that it does must be harmless when
/// it is done twice. The building blocks of <see cref="MigrationContext"/> are; they look first, and a backfill goes on from its
/// checkpoints.
/// </para>
/// <para>
/// Its requests must go through <see cref="MigrationContext.Client"/>, which stops when the lock is lost, and records in a dry run. After
/// the lock is lost one request that is on its way may still be applied.
/// </para>
/// </remarks>
public abstract class Migration
{
    /// <summary>Initializes a new instance of the <see cref="Migration"/> class with the id and description that
    /// <see cref="MigrationAttribute"/> on the class gives.</summary>
    /// <exception cref="InvalidMigrationException">The class has no attribute, or the id is malformed.</exception>
    protected Migration()
    {
        MigrationAttribute attribute = GetType().GetCustomAttribute<MigrationAttribute>(inherit: false)
            ?? throw new InvalidMigrationException(
                GetType().Name, "has no id. Put [Migration(\"20261121093000_what_it_does\")] on the class, or give the id to the constructor.");
        (Id, Description, Revision) = (MigrationId.Check(attribute.Id), attribute.Description, attribute.Revision);
    }

    /// <summary>Initializes a new instance of the <see cref="Migration"/> class.</summary>
    /// <param name="id">The id; see <see cref="Id"/>.</param>
    /// <param name="description">What it does, for people.</param>
    /// <param name="revision">The revision; see <see cref="Revision"/>.</param>
    /// <exception cref="InvalidMigrationException">The id is malformed.</exception>
    protected Migration(string id, string? description = null, string? revision = null)
        => (Id, Description, Revision) = (MigrationId.Check(id), description, revision);

    /// <summary>Gets the id, by whose ordinal order migrations are applied.</summary>
    /// <value>
    /// Digits, such as a time of 14 digits, then optionally <c>_</c> and letters, digits, <c>_</c>, <c>-</c> and <c>.</c>; at most 200
    /// characters. All migrations of a service have the same number of leading digits, so that their order as text is their order in time.
    /// </value>
    public string Id { get; }

    /// <summary>Gets what the migration does, for people.</summary>
    public string? Description { get; }

    /// <summary>Gets the revision: a text that the author changes whenever the migration is changed after it was released.</summary>
    /// <value>Kept in the journal when the migration is applied, and compared at every run. The default is <see langword="null"/>: not
    /// compared.</value>
    public string? Revision { get; }

    /// <summary>Makes the change.</summary>
    /// <param name="context">The tables, the client, and the building blocks.</param>
    /// <param name="cancellationToken">Cancelled by the caller of the run, or because the lock was lost.</param>
    /// <returns>A task that completes when the change is made.</returns>
    public abstract Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default);
}

/// <summary>A migration that can be undone.</summary>
public abstract class UndoableMigration : Migration
{
    /// <summary>Initializes a new instance of the <see cref="UndoableMigration"/> class with the id and description that
    /// <see cref="MigrationAttribute"/> on the class gives.</summary>
    /// <exception cref="InvalidMigrationException">The class has no attribute, or the id is malformed.</exception>
    protected UndoableMigration()
    {
    }

    /// <summary>Initializes a new instance of the <see cref="UndoableMigration"/> class.</summary>
    /// <param name="id">The id; see <see cref="Migration.Id"/>.</param>
    /// <param name="description">What it does, for people.</param>
    /// <param name="revision">The revision; see <see cref="Migration.Revision"/>.</param>
    /// <exception cref="InvalidMigrationException">The id is malformed.</exception>
    protected UndoableMigration(string id, string? description = null, string? revision = null)
        : base(id, description, revision)
    {
    }

    /// <summary>Takes the change back.</summary>
    /// <param name="context">The tables, the client, and the building blocks.</param>
    /// <param name="cancellationToken">Cancelled by the caller of the run, or because the lock was lost.</param>
    /// <returns>A task that completes when the change is taken back.</returns>
    public abstract Task DownAsync(MigrationContext context, CancellationToken cancellationToken = default);
}
