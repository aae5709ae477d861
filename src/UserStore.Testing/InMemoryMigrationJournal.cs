using UserStore.Migrations;
using UserStore.Migrations.Journaling;

namespace UserStore.Testing;

/// <summary>Stores the journal, the lock and the checkpoints of migrations in memory.</summary>
internal sealed class InMemoryMigrationJournal : IMigrationJournal, IMigrationLockStore, ICheckpointStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MigrationEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<CheckpointKey, Checkpoint> _checkpoints = [];
    private LockRow? _row;

    public Task EnsureAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task DestroyAsync(CancellationToken cancellationToken) => DoAsync(
        () =>
        {
            _entries.Clear();
            _checkpoints.Clear();
            _row = null;
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<MigrationEntry>> ReadAsync(CancellationToken cancellationToken)
        => DoAsync<IReadOnlyList<MigrationEntry>>(() => [.. _entries.Values], cancellationToken);

    public Task<bool> TryRecordAsync(MigrationEntry entry, LockFence fence, CancellationToken cancellationToken) => DoAsync(
        () =>
        {
            if (_row?.IsHeldBy(fence) != true)
                return false;
            _entries[entry.Id] = entry;
            return true;
        },
        cancellationToken);

    Task<LockRow?> IMigrationLockStore.FindAsync(CancellationToken cancellationToken) => DoAsync(() => _row, cancellationToken);

    Task<bool> IMigrationLockStore.TryReplaceAsync(LockRow? seen, LockRow next, CancellationToken cancellationToken) => DoAsync(
        () =>
        {
            if ((_row?.Fence, _row?.Revision, _row?.IsDeleted) != (seen?.Fence, seen?.Revision, seen?.IsDeleted))
                return false;
            _row = next;
            return true;
        },
        cancellationToken);

    Task<bool> IMigrationLockStore.TryDeleteAsync(LockRow seen, CancellationToken cancellationToken) => DoAsync(
        () =>
        {
            if (_row is not { IsDeleted: false } || (_row.Fence, _row.Revision) != (seen.Fence, seen.Revision))
                return false;
            _row = _row with { IsDeleted = true, Owner = null };
            return true;
        },
        cancellationToken);

    Task<long> IMigrationLockStore.FindLastFenceAsync(CancellationToken cancellationToken) => DoAsync(
        () => _checkpoints.Values.Select(checkpoint => checkpoint.Fence).Append(_row?.Fence ?? 0).Max(), cancellationToken);

    Task<Checkpoint?> ICheckpointStore.ClaimAsync(CheckpointKey key, long fence, CancellationToken cancellationToken) => DoAsync(
        () => IsClaimable(key, fence) ? _checkpoints[key] = (
            _checkpoints.GetValueOrDefault(key) ?? new Checkpoint(key, fence)) with
        { Fence = fence } : null,
        cancellationToken);

    Task<bool> ICheckpointStore.TryWriteAsync(Checkpoint checkpoint, int storedPoison, CancellationToken cancellationToken) => DoAsync(
        () =>
        {
            if (!IsClaimable(checkpoint.Key, checkpoint.Fence))
                return false;
            _checkpoints[checkpoint.Key] = checkpoint;
            return true;
        },
        cancellationToken);

    Task<IReadOnlyList<PoisonItem>> ICheckpointStore.ReadPoisonAsync(string migrationId, int execution, CancellationToken cancellationToken)
        => DoAsync<IReadOnlyList<PoisonItem>>(
            () => [.. _checkpoints.Values.Where(checkpoint => (checkpoint.Key.MigrationId, checkpoint.Key.Execution) == (migrationId, execution))
                .SelectMany(checkpoint => checkpoint.Poison.Concat(checkpoint.Failing))],
            cancellationToken);

    Task ICheckpointStore.DeleteAsync(string migrationId, long fence, CancellationToken cancellationToken) => DoAsync(
        () =>
        {
            Checkpoint[] completed = [.. _checkpoints.Values.Where(
                checkpoint => checkpoint.Key.MigrationId == migrationId && (checkpoint.Poison.Count == 0 || checkpoint.Fence != fence))];
            foreach (Checkpoint checkpoint in completed)
                _checkpoints.Remove(checkpoint.Key);
            return true;
        },
        cancellationToken);

    private bool IsClaimable(CheckpointKey key, long fence) => !_checkpoints.TryGetValue(key, out Checkpoint? found) || found.Fence <= fence;

    private Task<T> DoAsync<T>(Func<T> action, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        lock (_lock)
            return Task.FromResult(action());
    }
}
