using System.Reflection;
using UserStore.Migrations.Planning;

namespace UserStore.Migrations;

/// <summary>Represents a change of tables or items that is made once, in the order of the ids, and recorded in a journal.</summary>
/// <remarks>
/// <para>
/// A migration that fails runs again from its beginning. Everything that it does must therefore be idempotent. The building blocks of
/// <see cref="MigrationContext"/> are: they check the current state first, and a backfill resumes from its checkpoints. What happens after an
/// interruption, such as the end of the process, <see cref="InterruptionPolicy"/> specifies.
/// </para>
/// <para>
/// Its requests must go through <see cref="MigrationContext.Client"/>, which stops when the lock is lost, and records writes in a dry run.
/// After the lock is lost, one request that was already sent may still be applied.
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
                GetType().Name, "has no id. Put [Migration(\"20261121093000_what_it_does\")] on the class, or pass the id to the constructor.");
        (Id, Description, Revision) = (MigrationId.Check(attribute.Id), attribute.Description, attribute.Revision);
        InterruptionPolicy = Checked(attribute.InterruptionPolicy);
    }

    /// <summary>Initializes a new instance of the <see cref="Migration"/> class.</summary>
    /// <param name="id">The id; see <see cref="Id"/>.</param>
    /// <param name="description">The description, for people.</param>
    /// <param name="revision">The revision; see <see cref="Revision"/>.</param>
    /// <param name="interruptionPolicy">What the next run does if an attempt was interrupted.</param>
    /// <exception cref="InvalidMigrationException">The id is malformed.</exception>
    protected Migration(
        string id,
        string? description = null,
        string? revision = null,
        InterruptionPolicy interruptionPolicy = InterruptionPolicy.Automatic)
        => (Id, Description, Revision, InterruptionPolicy) = (MigrationId.Check(id), description, revision, Checked(interruptionPolicy));

    /// <summary>Gets the id. Migrations are applied in the ordinal order of their ids.</summary>
    /// <value>
    /// Digits, such as a time of 14 digits, then optionally <c>_</c> and letters, digits, <c>_</c>, <c>-</c> and <c>.</c>; at most 200
    /// characters. All migrations of a service must have the same number of leading digits, so that they sort by time.
    /// </value>
    public string Id { get; }

    /// <summary>Gets the description of the migration, for people.</summary>
    public string? Description { get; }

    /// <summary>Gets the revision: a string that the author changes whenever the migration changes after its release.</summary>
    /// <value>Recorded in the journal when the migration is applied, and compared in every run. The default is <see langword="null"/>: not
    /// compared.</value>
    public string? Revision { get; }

    /// <summary>Gets what the next run does if an attempt of this migration was interrupted.</summary>
    /// <value>The default is <see cref="InterruptionPolicy.Automatic"/>.</value>
    public InterruptionPolicy InterruptionPolicy { get; }

    /// <summary>Gets a value indicating whether undoing the migration deletes users, which requires
    /// <see cref="MigrationOptions.AllowReset"/>.</summary>
    internal virtual bool UndoDeletesUsers => false;

    /// <summary>Gets the id of a migration of an earlier version of this library that this one replaces; null for none.</summary>
    internal virtual string? Replaces => null;

    /// <summary>Applies the change.</summary>
    /// <param name="context">Provides the tables, the client, and the building blocks.</param>
    /// <param name="cancellationToken">Cancelled by the caller of the run, or when the lock is lost.</param>
    /// <returns>A task that completes when the change is applied.</returns>
    public abstract Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default);

    private static InterruptionPolicy Checked(InterruptionPolicy policy) => Enum.IsDefined(policy)
        ? policy
        : throw new ArgumentOutOfRangeException(nameof(policy), policy, "The value is not a policy.");
}

/// <summary>Represents a migration that can be undone.</summary>
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
    /// <param name="description">The description, for people.</param>
    /// <param name="revision">The revision; see <see cref="Migration.Revision"/>.</param>
    /// <param name="interruptionPolicy">What the next run does if an attempt was interrupted.</param>
    /// <exception cref="InvalidMigrationException">The id is malformed.</exception>
    protected UndoableMigration(
        string id,
        string? description = null,
        string? revision = null,
        InterruptionPolicy interruptionPolicy = InterruptionPolicy.Automatic)
        : base(id, description, revision, interruptionPolicy)
    {
    }

    /// <summary>Undoes the change, also when an attempt to apply it failed or was interrupted, so that only a part of it was made.</summary>
    /// <param name="context">Provides the tables, the client, and the building blocks.</param>
    /// <param name="cancellationToken">Cancelled by the caller of the run, or when the lock is lost.</param>
    /// <returns>A task that completes when the change is undone.</returns>
    public abstract Task DownAsync(MigrationContext context, CancellationToken cancellationToken = default);
}
