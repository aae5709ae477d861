namespace UserStore.Batching;

/// <summary>Limits the number of concurrent requests. The limit halves when a request is throttled and rises slowly otherwise.</summary>
/// <remarks>Only one caller may wait at a time.</remarks>
internal sealed class AdaptiveLimit(int maximum)
{
    private readonly Lock _lock = new();
    private double _limit = maximum;
    private int _running;
    private long _started;
    private long _startedAtLastReduction;
    private TaskCompletionSource? _waiting;

    public bool IsReduced
    {
        get
        {
            lock (_lock)
                return (int)_limit < maximum;
        }
    }

    /// <summary>Waits until another request can be sent.</summary>
    /// <returns>The number of the request, counted from 1.</returns>
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

    /// <summary>Records that a request was throttled. Requests that were sent before the last reduction do not reduce the limit again.</summary>
    public void RecordThrottling(long request)
    {
        lock (_lock)
        {
            if (request <= _startedAtLastReduction)
                return;
            _limit = Math.Max(1, _limit / 2);
            _startedAtLastReduction = _started;
        }
    }

    /// <summary>Records that a request has completed.</summary>
    public void Exit(bool wasThrottled)
    {
        lock (_lock)
        {
            _running--;
            if (!wasThrottled)
                _limit = Math.Min(maximum, _limit + 1 / _limit);
            _waiting?.TrySetResult();
            _waiting = null;
        }
    }
}
