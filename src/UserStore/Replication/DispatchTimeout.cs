namespace UserStore.Replication;

/// <summary>Measures the timeout of one dispatch, from its construction.</summary>
internal sealed class DispatchTimeout : IDisposable
{
    // For handlers to react to their token, so that few are abandoned in the middle of a request.
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource _abandonment;
    private readonly CancellationTokenSource _either;

    public DispatchTimeout(TimeSpan? timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        _timeout = new CancellationTokenSource(timeout ?? Timeout.InfiniteTimeSpan, time);
        _abandonment = new CancellationTokenSource(timeout + GracePeriod ?? Timeout.InfiniteTimeSpan, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, cancellationToken);
    }

    public bool IsReached => _timeout.IsCancellationRequested;

    /// <summary>Gets the token of the handlers, which the timeout and the caller cancel.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>Waits for a handler, but not longer than the grace period after the timeout.</summary>
    /// <exception cref="OperationCanceledException">The handler is abandoned.</exception>
    public Task WaitAsync(Task handling) => handling.WaitAsync(_abandonment.Token);

    public void Dispose()
    {
        _either.Dispose();
        _abandonment.Dispose();
        _timeout.Dispose();
    }
}
