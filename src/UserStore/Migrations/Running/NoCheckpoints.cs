using UserStore.Migrations.Journaling;

namespace UserStore.Migrations.Running;

/// <summary>Stores no checkpoints, for dry runs: every backfill starts at its beginning.</summary>
internal sealed class NoCheckpoints : ICheckpointStore
{
    public Task<Checkpoint?> ClaimAsync(CheckpointKey key, long fence, CancellationToken cancellationToken)
        => Task.FromResult<Checkpoint?>(new Checkpoint(key, fence));

    public Task<bool> TryWriteAsync(Checkpoint checkpoint, int storedPoison, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<IReadOnlyList<PoisonItem>> ReadPoisonAsync(string migrationId, int execution, CancellationToken cancellationToken)
        => Task.FromResult<IReadOnlyList<PoisonItem>>([]);

    public Task DeleteAsync(string migrationId, long fence, CancellationToken cancellationToken) => Task.CompletedTask;
}
