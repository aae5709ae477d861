namespace UserStore.Migrations;

/// <summary>Thrown when the journal contains a migration whose attempt was interrupted, so that its progress is unknown. Nothing is run until
/// the migration is repaired.</summary>
public sealed class MigrationDirtyException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="MigrationDirtyException"/> class.</summary>
    /// <param name="entry">The migration in the journal.</param>
    public MigrationDirtyException(MigrationEntry entry)
        : base(entry?.Id, Describe(entry!), null)
        => Entry = entry!;

    /// <summary>Gets the migration in the journal.</summary>
    public MigrationEntry Entry { get; }

    private static string Describe(MigrationEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        string since = entry.StartedAt is { } started ? $"since {started:u}" : "since an unknown time";
        bool isUndo = entry.State == MigrationState.Undoing;
        string what = isUndo ? "being undone" : "being applied";
        string retry = isUndo ? "Retry makes it applied again, so that Undo can resume" : "Retry resumes it";
        return $"Migration '{entry.Id}' is {what} {since} by {entry.Host ?? "another program"}, which has not recorded its end. If that process "
            + $"has ended, determine its progress and repair the migration: {retry}, MarkApplied or MarkFailed sets its state.";
    }
}
