namespace UserStore.Migrations.Journaling;

/// <summary>Provides the checkpoints of one attempt at a migration. Each access requires that the lock is still held.</summary>
/// <param name="store">Where checkpoints are stored.</param>
/// <param name="lease">The lease; null in a dry run.</param>
/// <param name="entry">The entry of the migration when the attempt started.</param>
internal sealed class AttemptCheckpoints(ICheckpointStore store, Lease? lease, MigrationEntry entry)
{
    public MigrationEntry Entry => entry;

    /// <summary>Returns the value that marks the items that a backfill has processed. It stays the same until the migration is undone
    /// completely, whatever repairs are made.</summary>
    public string MarkOf(string backfill) => $"{entry.Id}/{entry.Cycle}/{backfill}{(entry.IsUndo ? "/undo" : "")}";

    /// <summary>Claims and reads the checkpoint of one segment.</summary>
    /// <exception cref="MigrationLeaseLostException">The lock is lost.</exception>
    public async Task<Checkpoint> ClaimAsync(string backfill, int segment, int totalSegments, CancellationToken cancellationToken)
    {
        lease?.ThrowIfLost(entry.Id);
        var key = new CheckpointKey(entry.Id, entry.Execution, backfill, segment, totalSegments);
        return await store.ClaimAsync(key, lease?.Fence.Number ?? 0, cancellationToken).ConfigureAwait(false)
            ?? throw new MigrationLeaseLostException(entry.Id);
    }

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="storedPoison">The number of its poison items that are stored already.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="MigrationLeaseLostException">The lock is lost.</exception>
    public async Task SaveAsync(Checkpoint checkpoint, int storedPoison, CancellationToken cancellationToken)
    {
        lease?.ThrowIfLost(entry.Id);
        if (!await store.TryWriteAsync(checkpoint, storedPoison, cancellationToken).ConfigureAwait(false))
            throw new MigrationLeaseLostException(entry.Id);
    }
}
