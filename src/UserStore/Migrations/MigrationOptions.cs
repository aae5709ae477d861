namespace UserStore.Migrations;

/// <summary>Says which migrations a store has, and how they are run. Named like the options of the store.</summary>
public sealed class MigrationOptions
{
    /// <summary>Gets or sets the table that remembers what was applied, without the prefix of the store.</summary>
    /// <value>With the prefix 3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <c>_migrations</c>. Stores with
    /// migrations of their own need a journal of their own.</value>
    public string JournalTable { get; set; } = "_migrations";

    /// <summary>Gets or sets the table that holds the lock and the checkpoints, without the prefix of the store.</summary>
    /// <value>As <see cref="JournalTable"/>. The default is <c>_migrations-lock</c>.</value>
    public string LockTable { get; set; } = "_migrations-lock";

    /// <summary>Gets or sets the id of the lock in its table. All runners of one journal use the same.</summary>
    /// <value>1 to 200 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <c>migrations</c>.</value>
    public string LockId { get; set; } = "migrations";

    /// <summary>Gets or sets how long a runner holds the lock without renewing it. It renews it three times as often.</summary>
    /// <value>1 second to 1 hour. The default is 30 seconds. A runner that was cut off blocks others that long.</value>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets what a run does when another one holds the lock.</summary>
    /// <value>The default is <see cref="LockConflictBehavior.Wait"/>.</value>
    public LockConflictBehavior LockConflictBehavior { get; set; }

    /// <summary>Gets or sets how long <see cref="LockConflictBehavior.Wait"/> waits.</summary>
    /// <value>0 to 1 day. The default is 10 minutes. Shorter than two leases, it may end before the lock of a process that ended is
    /// free.</value>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets what happens to a migration that is not applied although one with a later id is.</summary>
    /// <value>The default is <see cref="MigrationPolicy.Deny"/>.</value>
    public MigrationPolicy OutOfOrder { get; set; }

    /// <summary>Gets or sets what happens when a migration is applied that the service does not have, as when an earlier version of it is
    /// started again.</summary>
    /// <value>The default is <see cref="MigrationPolicy.Deny"/>.</value>
    public MigrationPolicy Missing { get; set; }

    /// <summary>Gets or sets a value indicating whether everything may be undone by <see cref="MigrationPlanner.Rewind"/> and
    /// <see cref="MigrationPlanner.Reset"/>.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowReset { get; set; }

    /// <summary>Gets or sets how long a building block waits for a table or index to become active.</summary>
    /// <value>1 second to 30 days. The default is 1 day: the index of a large table takes hours.</value>
    public TimeSpan TableTimeout { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Gets or sets what happens at the start of the host, before other services start.</summary>
    /// <value>The default is <see cref="MigrationStartupMode.Off"/>.</value>
    public MigrationStartupMode OnStart { get; set; }

    /// <summary>Gets the migrations, in any order.</summary>
    public MigrationList Migrations { get; } = new();
}

/// <summary>What a run does when another one holds the lock.</summary>
public enum LockConflictBehavior
{
    /// <summary>It waits, for <see cref="MigrationOptions.LockTimeout"/> at most, and then runs what is left.</summary>
    Wait,

    /// <summary>It throws <see cref="MigrationLockedException"/> at once.</summary>
    Fail,

    /// <summary>It returns <see cref="MigrationOutcome.Skipped"/> at once.</summary>
    Skip,
}

/// <summary>What happens about something that may be a mistake.</summary>
public enum MigrationPolicy
{
    /// <summary>Nothing is run.</summary>
    Deny,

    /// <summary>It is allowed, and the plan and the log say so.</summary>
    Warn,

    /// <summary>It is allowed.</summary>
    Allow,
}

/// <summary>What happens at the start of a host.</summary>
public enum MigrationStartupMode
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>All migrations are applied. The host does not start when that fails.</summary>
    Run,

    /// <summary>The host does not start, and so is not ready, unless all migrations are applied.</summary>
    Verify,
}
