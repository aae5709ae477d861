namespace UserStore.Migrations.Journaling;

/// <summary>What all runners of a store remember together: the journal itself, the row of the lock, and the checkpoints of backfills. Kept
/// in DynamoDB, or in memory for tests.</summary>
internal interface IMigrationJournal : ICheckpoints
{
    /// <summary>Creates what is missing. Comes before every write.</summary>
    Task EnsureAsync(CancellationToken cancellationToken);

    /// <summary>Deletes everything.</summary>
    Task DestroyAsync(CancellationToken cancellationToken);

    /// <summary>Reads all entries, consistently; none if there is no journal.</summary>
    Task<IReadOnlyList<MigrationEntry>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Writes an entry, unless the lock is not the fence's any more.</summary>
    /// <returns>Whether the lock was.</returns>
    Task<bool> TryRecordAsync(MigrationEntry entry, LockFence fence, CancellationToken cancellationToken);

    /// <summary>Reads the row of the lock, consistently; null if there is none.</summary>
    Task<LockRow?> FindLockAsync(CancellationToken cancellationToken);

    /// <summary>Replaces the row of the lock, unless it is not as it was seen.</summary>
    /// <returns>Whether it was.</returns>
    Task<bool> TryReplaceLockAsync(LockRow? seen, LockRow next, CancellationToken cancellationToken);

    /// <summary>Deletes the checkpoints of a migration, but for those that name items which could not be changed.</summary>
    Task ForgetCheckpointsAsync(string migrationId, CancellationToken cancellationToken);
}

/// <summary>Where backfills note how far they have come.</summary>
internal interface ICheckpoints
{
    /// <summary>Marks a checkpoint as this runner's, so that no earlier one writes it any more, and returns it as it stands.</summary>
    /// <returns>Null when a later runner has marked it.</returns>
    Task<Checkpoint?> StampAsync(CheckpointKey key, long fence, CancellationToken cancellationToken);

    /// <summary>Writes a checkpoint, unless a later runner has marked it.</summary>
    /// <returns>Whether it was written.</returns>
    Task<bool> TryWriteAsync(Checkpoint checkpoint, CancellationToken cancellationToken);
}

/// <summary>Proves that a runner holds the lock.</summary>
/// <param name="Owner">The random id of the run.</param>
/// <param name="Number">The fencing number of its acquisition; every later one is higher.</param>
internal readonly record struct LockFence(string Owner, long Number);
