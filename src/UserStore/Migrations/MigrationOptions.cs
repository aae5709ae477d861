namespace UserStore.Migrations;

/// <summary>Specifies the migrations of a store and how they run. Named like the options of the store.</summary>
public sealed class MigrationOptions
{
    /// <summary>Gets or sets the name of the journal table, without the prefix of the store.</summary>
    /// <value>With the prefix 3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <c>_migrations</c>. Stores with
    /// migrations of their own need a journal of their own.</value>
    public string JournalTable { get; set; } = "_migrations";

    /// <summary>Gets or sets the name of the table for the lock and the checkpoints, without the prefix of the store.</summary>
    /// <value>As <see cref="JournalTable"/>. The default is <c>_migrations-lock</c>.</value>
    public string LockTable { get; set; } = "_migrations-lock";

    /// <summary>Gets or sets the id of the lock in its table. All runners of one journal must use the same id.</summary>
    /// <value>1 to 200 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <c>migrations</c>.</value>
    public string LockId { get; set; } = "migrations";

    /// <summary>Gets or sets how long a runner holds the lock without a renewal. It renews the lease after each third of this time.</summary>
    /// <value>1 second to 1 hour. The default is 30 seconds. A runner that was interrupted blocks others for this long.</value>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the behavior of a run when another runner holds the lock.</summary>
    /// <value>The default is <see cref="LockConflictBehavior.Wait"/>.</value>
    public LockConflictBehavior LockConflictBehavior { get; set; }

    /// <summary>Gets or sets the maximum wait of <see cref="LockConflictBehavior.Wait"/>.</summary>
    /// <value>0 to 1 day. The default is 10 minutes. A timeout shorter than two leases may expire before the lock of a process that ended
    /// becomes free.</value>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets the policy for a migration that is not applied although one with a later id is.</summary>
    /// <value>The default is <see cref="MigrationPolicy.Deny"/>.</value>
    public MigrationPolicy OutOfOrder { get; set; }

    /// <summary>Gets or sets the policy for an applied migration that the service does not have, for example because an earlier version of the
    /// service starts again.</summary>
    /// <value>The default is <see cref="MigrationPolicy.Deny"/>, which rejects runs that would change something. A run without steps is always
    /// allowed, so that an earlier version can start.</value>
    public MigrationPolicy Missing { get; set; }

    /// <summary>Gets or sets a value indicating whether <see cref="MigrationPlanner.Rewind"/> and <see cref="MigrationPlanner.Reset"/> may
    /// undo all migrations, and whether a migration may delete the tables of the store.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowReset { get; set; }

    /// <summary>Gets or sets the maximum time that a building block waits for a table or index to become active.</summary>
    /// <value>1 second to 30 days. The default is 1 day, because the index of a large table takes hours.</value>
    public TimeSpan TableTimeout { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Gets or sets whether migrations run or are verified when the host starts, before other services start.</summary>
    /// <value>The default is <see cref="MigrationStartupMode.Off"/>.</value>
    public MigrationStartupMode OnStart { get; set; }

    /// <summary>Gets the migrations, in any order.</summary>
    public MigrationList Migrations { get; } = new();
}

/// <summary>Specifies the behavior of a run when another runner holds the lock.</summary>
public enum LockConflictBehavior
{
    /// <summary>Waits, at most for <see cref="MigrationOptions.LockTimeout"/>, and then runs the remaining migrations.</summary>
    Wait,

    /// <summary>Throws <see cref="MigrationLockedException"/> as soon as the owner renews its lease, which shows that it is at work: after a
    /// third of the lease. An owner that does not renew within a lease is replaced.</summary>
    Fail,

    /// <summary>Returns <see cref="MigrationOutcome.Skipped"/> as soon as the owner renews its lease, as <see cref="Fail"/> does.</summary>
    Skip,
}

/// <summary>Specifies how a possible mistake is handled.</summary>
public enum MigrationPolicy
{
    /// <summary>The plan is rejected, and nothing is run.</summary>
    Deny,

    /// <summary>It is allowed, with a warning in the plan and the log.</summary>
    Warn,

    /// <summary>It is allowed.</summary>
    Allow,
}

/// <summary>Specifies what happens to migrations when the host starts.</summary>
public enum MigrationStartupMode
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>All migrations are applied. If that fails, the host does not start.</summary>
    Run,

    /// <summary>The host does not start, and therefore is not ready, unless all migrations are applied.</summary>
    Verify,
}
