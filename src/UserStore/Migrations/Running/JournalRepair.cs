namespace UserStore.Migrations.Running;

/// <summary>Applies manual repairs to entries of the journal.</summary>
internal static class JournalRepair
{
    private const int MaxKept = 20;
    private const int MaxReasonLength = 1000;

    public static void CheckReason(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reason.Length, MaxReasonLength, nameof(reason));
    }

    /// <summary>Returns an entry after a repair.</summary>
    /// <param name="entry">The entry before the repair.</param>
    /// <param name="migration">The migration, if the service has it.</param>
    /// <param name="record">The repair.</param>
    /// <param name="sequence">The position in the order of application, if the entry becomes applied.</param>
    /// <exception cref="InvalidOperationException">The repair does not apply to the state of the migration.</exception>
    public static MigrationEntry Apply(MigrationEntry entry, Migration? migration, MigrationRepairRecord record, long sequence)
    {
        MigrationEntry repaired = (record.Repair, entry.State) switch
        {
            (MigrationRepair.MarkApplied, not MigrationState.Applied) => entry with
            {
                State = MigrationState.Applied,
                IsUndo = false,
                FinishedAt = record.Timestamp,
                Sequence = PositionOf(entry, sequence),
                Revision = migration?.Revision,
                Error = null,
            },
            // The next attempt starts a new execution, and therefore without checkpoints.
            (
                MigrationRepair.MarkFailed,
                MigrationState.Running or MigrationState.Undoing or MigrationState.Applied or MigrationState.Failed) => entry with
                {
                    State = MigrationState.Failed,
                    IsUndo = false,
                    FinishedAt = record.Timestamp,
                    Execution = entry.Execution + 1,
                    PoisonItems = 0,
                },
            (MigrationRepair.Retry, MigrationState.Running or MigrationState.Undoing or MigrationState.Failed) => entry with
            {
                State = entry.IsUndo ? MigrationState.Applied : MigrationState.Pending,
                FinishedAt = record.Timestamp,
                Sequence = entry.IsUndo ? PositionOf(entry, sequence) : entry.Sequence,
            },
            (
                MigrationRepair.AcceptRevision,
                MigrationState.Applied) when migration is not null => entry with { Revision = migration.Revision },
            _ => throw new InvalidOperationException(
                $"Migration '{entry.Id}' is {entry.State}{(migration is null ? " and unknown to this service" : "")}: {record.Repair} does not apply."),
        };
        return repaired with { Repairs = [.. entry.Repairs.TakeLast(MaxKept - 1), record] };
    }

    private static long PositionOf(MigrationEntry entry, long sequence) => entry.Sequence != 0 ? entry.Sequence : sequence;
}
