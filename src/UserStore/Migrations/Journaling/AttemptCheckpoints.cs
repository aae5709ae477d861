namespace UserStore.Migrations.Journaling;

/// <summary>Provides the checkpoints of one attempt at a migration. Each access requires that the lock is still held.</summary>
/// <param name="store">Where checkpoints are stored.</param>
/// <param name="lease">The lease; null in a dry run.</param>
/// <param name="migrationId">The migration.</param>
/// <param name="execution">The execution that the attempt starts or resumes; see <see cref="MigrationEntry.Execution"/>.</param>
internal sealed class AttemptCheckpoints(ICheckpointStore store, Lease? lease, string migrationId, int execution)
{
    public int Execution => execution;

    /// <summary>Claims and reads the checkpoint of one segment.</summary>
    /// <exception cref="MigrationLeaseLostException">The lock is lost.</exception>
    public async Task<Checkpoint> ClaimAsync(string backfill, int segment, int totalSegments, CancellationToken cancellationToken)
    {
        lease?.ThrowIfLost(migrationId);
        var key = new CheckpointKey(migrationId, execution, backfill, segment, totalSegments);
        return await store.ClaimAsync(key, lease?.Fence.Number ?? 0, cancellationToken).ConfigureAwait(false)
            ?? throw new MigrationLeaseLostException(migrationId);
    }

    /// <summary>Writes a checkpoint.</summary>
    /// <exception cref="MigrationLeaseLostException">The lock is lost.</exception>
    public async Task SaveAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        lease?.ThrowIfLost(migrationId);
        if (!await store.TryWriteAsync(checkpoint, cancellationToken).ConfigureAwait(false))
            throw new MigrationLeaseLostException(migrationId);
    }
}
