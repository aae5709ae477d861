namespace UserStore.Batching;

/// <summary>How many requests may be on their way: halves when they are throttled, creeps up when they are not.</summary>
/// <remarks>One waits at a time.</remarks>
internal sealed class AdaptiveLimit(int most)
{
    private readonly Lock _lock = new();
    private double _limit = most;
    private int _running;
    private long _started;
    private long _startedAtLastCut;
    private TaskCompletionSource? _waiting;

    public bool IsReduced
    {
        get
        {
            lock (_lock)
                return (int)_limit < most;
        }
    }

    /// <summary>Waits until another request may leave.</summary>
    /// <returns>The number of the request, counted from the beginning.</returns>
    public async Task<long> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource waiting;
            lock (_lock)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_running < (int)_limit)
                {
                    _running++;
                    return ++_started;
                }

                _waiting = waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            await waiting.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Notes that a request was throttled. Those that left before the last cut count as part of it.</summary>
    public void Throttled(long request)
    {
        lock (_lock)
        {
            if (request <= _startedAtLastCut)
                return;
            _limit = Math.Max(1, _limit / 2);
            _startedAtLastCut = _started;
        }
    }

    /// <summary>Notes that a request is done.</summary>
    public void Exit(bool wasThrottled)
    {
        lock (_lock)
        {
            _running--;
            if (!wasThrottled)
                _limit = Math.Min(most, _limit + 1 / _limit);
            _waiting?.TrySetResult();
            _waiting = null;
        }
    }
}
