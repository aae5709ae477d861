namespace UserStore.Migrations;

/// <summary>One migration as the journal knows it.</summary>
public sealed record MigrationEntry
{
    /// <summary>Gets the id of the migration.</summary>
    public required string Id { get; init; }

    /// <summary>Gets what it does, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Gets what is known of it.</summary>
    public MigrationState State { get; init; }

    /// <summary>Gets the revision that it was applied with.</summary>
    public string? Revision { get; init; }

    /// <summary>Gets how often it was begun, in either direction.</summary>
    public int Attempts { get; init; }

    /// <summary>Gets when the last attempt began, by the clock of its host.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Gets when the last attempt ended, by the clock of its host; <see langword="null"/> while it runs.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Gets the host and process of the last attempt.</summary>
    public string? Host { get; init; }

    /// <summary>Gets what the last attempt ended with, if it failed: the types of the exceptions, and the messages of those that are
    /// UserStore's own. Messages of others may hold values of users.</summary>
    public string? Error { get; init; }

    /// <summary>Gets the last repairs by hand, oldest first.</summary>
    public IReadOnlyList<MigrationRepairRecord> Repairs { get; init; } = [];

    /// <summary>Gets a value indicating whether the last attempt undid the migration.</summary>
    internal bool IsUndo { get; init; }

    /// <summary>Gets which apply or undo this is: an attempt that goes on with an interrupted one has its number, and its
    /// checkpoints.</summary>
    internal int Run { get; init; }

    /// <summary>Gets the place in the order of application; 0 in a journal that another program wrote.</summary>
    internal long Sequence { get; init; }

    /// <summary>Gets a value indicating whether an attempt was cut off, so that nobody knows how far it came.</summary>
    internal bool IsDirty => State is MigrationState.Running or MigrationState.Undoing;
}

/// <summary>A repair by hand, as the journal keeps it.</summary>
/// <param name="Repair">What was done.</param>
/// <param name="From">The state before.</param>
/// <param name="Timestamp">When, by the clock of the host.</param>
/// <param name="Host">The host and process that did it.</param>
/// <param name="Reason">Why, in the words of whoever did it.</param>
public sealed record MigrationRepairRecord(
    MigrationRepair Repair, MigrationState From, DateTimeOffset Timestamp, string Host, string Reason);
