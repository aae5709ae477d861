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
        string what = entry.State == MigrationState.Undoing ? "being undone" : "being applied";
        return $"Migration '{entry.Id}' is {what} {since} by {entry.Host ?? "another program"}, which has not recorded its end. If that process "
            + "has ended, determine its progress and repair the migration: Retry resumes it, MarkApplied or MarkFailed sets its state.";
    }
}
