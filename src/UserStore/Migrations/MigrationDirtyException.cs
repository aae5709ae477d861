namespace UserStore.Migrations;

/// <summary>Thrown when the journal shows a migration whose run was cut off, so that nobody knows how far it came. Nothing is run until it
/// is repaired.</summary>
public sealed class MigrationDirtyException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="MigrationDirtyException"/> class.</summary>
    /// <param name="entry">The migration as the journal knows it.</param>
    public MigrationDirtyException(MigrationEntry entry)
        : base(entry?.Id, Describe(entry!), null)
        => Entry = entry!;

    /// <summary>Gets the migration as the journal knows it.</summary>
    public MigrationEntry Entry { get; }

    private static string Describe(MigrationEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        string since = entry.StartedAt is { } started ? $"since {started:u}" : "since an unknown time";
        string what = entry.State == MigrationState.Undoing ? "being undone" : "being applied";
        return $"Migration '{entry.Id}' is {what} {since} by {entry.Host ?? "another program"}, which has not recorded its end. If that process is "
            + "gone, find out how far it came and repair it: Retry goes on with it, MarkApplied or MarkFailed says how it stands.";
    }
}
