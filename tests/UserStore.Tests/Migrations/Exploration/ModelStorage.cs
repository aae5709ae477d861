using UserStore.Migrations;
using UserStore.Migrations.Journaling;

namespace UserStore.Tests.Migrations.Exploration;

/// <summary>The tables of the model, which all processes share.</summary>
internal sealed class ModelTables(ModelState state)
{
    private readonly Lock _lock = new();

    public ModelState State { get; private set; } = state;

    public T Do<T>(Func<ModelState, (ModelState Next, T Result)> action)
    {
        lock (_lock)
        {
            (State, T result) = action(State);
            return result;
        }
    }

    public void Change(Func<ModelState, ModelState> change) => Do(state => (change(state), true));
}

/// <summary>The tables as one process reaches them: it can end, or be suspended, after any of its requests.</summary>
internal sealed class ModelStorage(ModelTables tables, int? stopAfter, Task resumed) : IMigrationJournal, IMigrationLockStore, ICheckpointStore
{
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _requests;

    /// <summary>Gets a task that completes when the process ends or is suspended.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>Gets the number of requests.</summary>
    public int Requests => _requests;

    /// <summary>Performs a request, or anything else after which the process may end.</summary>
    public async Task<T> DoAsync<T>(Func<ModelState, (ModelState Next, T Result)> action)
    {
        await WaitIfStoppedAsync();
        T result = tables.Do(action);
        Interlocked.Increment(ref _requests);
        await WaitIfStoppedAsync();
        return result;
    }

    public Task EnsureAsync(CancellationToken cancellationToken) => DoAsync(state => (state, true));

    public Task DestroyAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<MigrationEntry>> ReadAsync(CancellationToken cancellationToken)
        => DoAsync<IReadOnlyList<MigrationEntry>>(state => (state, [.. state.Entries.Values]));

    public Task<bool> TryRecordAsync(MigrationEntry entry, LockFence fence, CancellationToken cancellationToken) => DoAsync(
        state => state.Lock?.IsHeldBy(fence) == true ? (state.WithEntry(entry), true) : (state, false));

    Task<LockRow?> IMigrationLockStore.FindAsync(CancellationToken cancellationToken) => DoAsync(state => (state, state.Lock));

    Task<bool> IMigrationLockStore.TryReplaceAsync(LockRow? seen, LockRow next, CancellationToken cancellationToken) => DoAsync(
        state => (state.Lock?.Fence, state.Lock?.Revision) == (seen?.Fence, seen?.Revision) ? (state with { Lock = next }, true) : (state, false));

    Task<long> IMigrationLockStore.FindLastFenceAsync(CancellationToken cancellationToken) => DoAsync(state => (state, state.Lock?.Fence ?? 0));

    Task<bool> IMigrationLockStore.TryDeleteAsync(LockRow seen, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<Checkpoint?> ICheckpointStore.ClaimAsync(CheckpointKey key, long fence, CancellationToken cancellationToken)
        => throw new NotSupportedException();

    Task<bool> ICheckpointStore.TryWriteAsync(Checkpoint checkpoint, int storedPoison, CancellationToken cancellationToken)
        => throw new NotSupportedException();

    Task<IReadOnlyList<PoisonItem>> ICheckpointStore.ReadPoisonAsync(string migrationId, int execution, CancellationToken cancellationToken)
        => throw new NotSupportedException();

    Task ICheckpointStore.DeleteAsync(string migrationId, long fence, CancellationToken cancellationToken) => DoAsync(state => (state, true));

    private async Task WaitIfStoppedAsync()
    {
        if (stopAfter is null || Volatile.Read(ref _requests) < stopAfter || resumed.IsCompleted)
            return;
        _stopped.TrySetResult();
        await resumed; // never completes for a process that has ended
    }
}
