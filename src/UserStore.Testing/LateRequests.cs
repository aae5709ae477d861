namespace UserStore.Testing;

/// <summary>The requests that a wire holds back after their clients saw the connection fail.</summary>
internal sealed class LateRequests : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Held> _held = [];
    private CancellationTokenSource _dropped = new();

    /// <summary>Holds a request back until a number of other requests were processed.</summary>
    public void Add(int requests, Func<CancellationToken, Task> send)
    {
        lock (_lock)
            _held.Add(new Held(requests, send));
    }

    /// <summary>Holds a request back for a time.</summary>
    public void Add(TimeSpan time, Func<CancellationToken, Task> send)
    {
        CancellationToken dropped;
        lock (_lock)
            dropped = _dropped.Token;
        _ = SendAfterAsync(time, send, dropped);
    }

    /// <summary>Counts a request, and returns the requests to send after it.</summary>
    public IReadOnlyList<Held> Pass()
    {
        lock (_lock)
        {
            _held.ForEach(held => held.Remaining--);
            Held[] due = [.. _held.Where(held => held.Remaining == 0)];
            _held.RemoveAll(held => held.Remaining == 0);
            return due;
        }
    }

    /// <summary>Removes all requests that were not yet sent.</summary>
    public void Clear()
    {
        CancellationTokenSource dropped;
        lock (_lock)
        {
            _held.Clear();
            (dropped, _dropped) = (_dropped, new CancellationTokenSource());
        }

        dropped.Cancel();
        dropped.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        _dropped.Dispose();
    }

    private static async Task SendAfterAsync(TimeSpan time, Func<CancellationToken, Task> send, CancellationToken dropped)
    {
        await Task.Delay(time, dropped).ConfigureAwait(false);
        await new Held(0, send).SendAsync(dropped).ConfigureAwait(false);
    }

    /// <summary>A request that is held back.</summary>
    internal sealed class Held(int remaining, Func<CancellationToken, Task> send)
    {
        /// <summary>Gets or sets the number of requests to wait for.</summary>
        public int Remaining { get; set; } = remaining;

        /// <summary>Sends the request. Nobody waits for its response, or learns that the server could no longer be reached.</summary>
        public async Task SendAsync(CancellationToken cancellationToken)
        {
            try
            {
                await send(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception lost) when (lost is HttpRequestException or OperationCanceledException or ObjectDisposedException)
            {
                // Like any request on a network, it may be lost.
            }
        }
    }
}
