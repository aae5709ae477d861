namespace UserStore.Migrations.Running;

/// <summary>The rules of repairs by hand.</summary>
internal static class JournalRepair
{
    private const int MaxKept = 20;
    private const int MaxReasonLength = 1000;

    public static void CheckReason(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reason.Length, MaxReasonLength, nameof(reason));
    }

    /// <summary>Returns an entry as it is after a repair.</summary>
    /// <param name="entry">The entry before.</param>
    /// <param name="migration">The migration, if the service has it.</param>
    /// <param name="record">The repair.</param>
    /// <param name="sequence">The place in the order of application, if it comes to be applied.</param>
    /// <exception cref="InvalidOperationException">The repair does not fit the state.</exception>
    public static MigrationEntry Apply(MigrationEntry entry, Migration? migration, MigrationRepairRecord record, long sequence)
    {
        MigrationEntry repaired = (record.Repair, entry.State) switch
        {
            (MigrationRepair.MarkApplied, not MigrationState.Applied) => entry with
            {
                State = MigrationState.Applied,
                IsUndo = false,
                FinishedAt = record.Timestamp,
                Sequence = sequence,
                Revision = migration?.Revision,
                Error = null,
            },
            // The next attempt has a number of its own, and so begins without checkpoints.
            (
                MigrationRepair.MarkFailed,
                MigrationState.Running or MigrationState.Undoing or MigrationState.Applied or MigrationState.Failed) => entry with
                {
                    State = MigrationState.Failed,
                    IsUndo = false,
                    FinishedAt = record.Timestamp,
                    Run = entry.Run + 1,
                    Sequence = 0,
                },
            (MigrationRepair.Retry, MigrationState.Running or MigrationState.Undoing or MigrationState.Failed) => entry with
            {
                State = entry.IsUndo ? MigrationState.Applied : MigrationState.Pending,
                FinishedAt = record.Timestamp,
            },
            (
                MigrationRepair.AcceptRevision,
                MigrationState.Applied) when migration is not null => entry with { Revision = migration.Revision },
            _ => throw new InvalidOperationException(
                $"Migration '{entry.Id}' is {entry.State}{(migration is null ? " and unknown to this service" : "")}: {record.Repair} does not fit."),
        };
        return repaired with { Repairs = [.. entry.Repairs.TakeLast(MaxKept - 1), record] };
    }
}
