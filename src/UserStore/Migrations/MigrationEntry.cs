namespace UserStore.Migrations;

/// <summary>Represents one migration in the journal.</summary>
public sealed record MigrationEntry
{
    /// <summary>The <see cref="Sequence"/> of migrations that another program applied, which records no order.</summary>
    internal const long AdoptedSequence = -1;

    /// <summary>Gets the id of the migration.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the description of the migration, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Gets the state of the migration.</summary>
    public MigrationState State { get; init; }

    /// <summary>Gets the revision that was applied.</summary>
    public string? Revision { get; init; }

    /// <summary>Gets the number of attempts to apply or undo the migration.</summary>
    public int Attempts { get; init; }

    /// <summary>Gets when the last attempt started, by the clock of its host.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Gets when the last attempt ended, by the clock of its host; <see langword="null"/> while it runs.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Gets the host and process of the last attempt.</summary>
    public string? Host { get; init; }

    /// <summary>Gets the error of the last attempt, if it failed: the types of the exceptions, and the messages of UserStore's own exceptions.
    /// Other messages may contain values of users.</summary>
    public string? Error { get; init; }

    /// <summary>Gets what the next run does if the last attempt was interrupted.</summary>
    /// <value><see cref="InterruptionPolicy.Resume"/> or <see cref="InterruptionPolicy.RequireRepair"/>;
    /// <see cref="InterruptionPolicy.Automatic"/> before the first attempt.</value>
    public InterruptionPolicy InterruptionPolicy { get; init; }

    /// <summary>Gets the number of items that the backfills of the last attempt left unchanged; see
    /// <see cref="IMigrationRunner.GetPoisonItemsAsync"/>.</summary>
    public int PoisonItems { get; init; }

    /// <summary>Gets the last manual repairs, oldest first.</summary>
    public IReadOnlyList<MigrationRepairRecord> Repairs { get; init; } = [];

    /// <summary>Gets a value indicating whether the last attempt undid the migration.</summary>
    internal bool IsUndo { get; init; }

    /// <summary>Gets the number of the execution, stored as <c>run</c>: attempts that resume each other have the same number, and share
    /// checkpoints.</summary>
    internal int Execution { get; init; }

    /// <summary>Gets the position in the order of application; 0 if the migration was never applied completely since it was last undone, and
    /// <see cref="AdoptedSequence"/> if another program applied it.</summary>
    internal long Sequence { get; init; }

    /// <summary>Gets a value indicating whether the last attempt to undo the migration did not complete.</summary>
    internal bool IsPartlyUndone => IsUnfinished && IsUndo;

    /// <summary>Gets the number of completed undos plus one. The marks of backfills contain it, so that they apply until the migration is
    /// undone, whatever repairs are made.</summary>
    internal int Cycle { get; init; } = 1;

    /// <summary>Gets a value indicating whether an attempt is running or was interrupted.</summary>
    internal bool IsInProgress => State is MigrationState.Running or MigrationState.Undoing;

    /// <summary>Gets a value indicating whether an attempt was interrupted, given that none is running, and a person must repair it.</summary>
    internal bool IsDirty => IsInProgress && InterruptionPolicy != InterruptionPolicy.Resume;

    /// <summary>Gets a value indicating whether the last attempt did not complete, so that the migration may be applied in part.</summary>
    internal bool IsUnfinished => IsInProgress || State == MigrationState.Failed;
}

/// <summary>Represents a manual repair in the journal.</summary>
/// <param name="Repair">The repair.</param>
/// <param name="From">The state before.</param>
/// <param name="Timestamp">When the migration was repaired, by the clock of the host.</param>
/// <param name="Host">The host and process that repaired it.</param>
/// <param name="Reason">The reason that the caller gave.</param>
public sealed record MigrationRepairRecord(
    MigrationRepair Repair, MigrationState From, DateTimeOffset Timestamp, string Host, string Reason);
