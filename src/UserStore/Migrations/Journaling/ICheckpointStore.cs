namespace UserStore.Migrations.Journaling;

/// <summary>Stores the checkpoints of backfills.</summary>
internal interface ICheckpointStore
{
    /// <summary>Claims a checkpoint for a runner, so that earlier runners can no longer write it, and reads it.</summary>
    /// <returns>The checkpoint; null if a later runner has claimed it.</returns>
    Task<Checkpoint?> ClaimAsync(CheckpointKey key, long fence, CancellationToken cancellationToken);

    /// <summary>Writes a checkpoint, unless a later runner has claimed it.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="storedPoison">The number of its poison items that are stored already.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>Whether the checkpoint was written.</returns>
    Task<bool> TryWriteAsync(Checkpoint checkpoint, int storedPoison, CancellationToken cancellationToken);

    /// <summary>Reads the poison items of an execution of a migration.</summary>
    Task<IReadOnlyList<PoisonItem>> ReadPoisonAsync(string migrationId, int execution, CancellationToken cancellationToken);

    /// <summary>Deletes the checkpoints of a migration, except those with poison items that the runner which completed it has claimed.</summary>
    Task DeleteAsync(string migrationId, long fence, CancellationToken cancellationToken);
}
