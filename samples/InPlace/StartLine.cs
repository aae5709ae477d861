using UserStore.Testing;

namespace InPlace;

/// <summary>Holds requests of one operation back until all callers are about to send theirs, so that each has read before any of them
/// writes.</summary>
internal sealed class StartLine(string operation, int callers)
{
    private readonly TaskCompletionSource _allArrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _arrived;

    public Task PassAsync(WireRequest request)
    {
        if (request.Operation != operation)
            return Task.CompletedTask;
        if (Interlocked.Increment(ref _arrived) == callers)
            _allArrived.SetResult();
        return _allArrived.Task;
    }
}
