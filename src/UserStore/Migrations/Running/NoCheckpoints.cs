using UserStore.Migrations.Journaling;

namespace UserStore.Migrations.Running;

/// <summary>Begins every backfill at its beginning and notes nothing, as a dry run does.</summary>
internal sealed class NoCheckpoints : ICheckpoints
{
    public Task<Checkpoint?> StampAsync(CheckpointKey key, long fence, CancellationToken cancellationToken)
        => Task.FromResult<Checkpoint?>(new Checkpoint(key, fence));

    public Task<bool> TryWriteAsync(Checkpoint checkpoint, CancellationToken cancellationToken) => Task.FromResult(true);
}
