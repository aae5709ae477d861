namespace UserStore.Testing;

/// <summary>A request on its way to the server, as a fault handles it.</summary>
/// <param name="request">The request.</param>
/// <param name="send">Sends the request with a body.</param>
/// <param name="late">The requests that the wire holds back.</param>
/// <param name="abandoned">Canceled when the client no longer waits for the response.</param>
internal sealed class WireExchange(
    WireRequest request, Func<string, CancellationToken, Task<WireResponse>> send, LateRequests late, CancellationToken abandoned)
{
    /// <summary>Gets the request.</summary>
    public WireRequest Request => request;

    /// <summary>Sends the request.</summary>
    public Task<WireResponse> SendAsync() => SendAsync(request.Body);

    /// <summary>Sends the request with another body.</summary>
    public Task<WireResponse> SendAsync(string body) => send(body, abandoned);

    /// <summary>Waits, unless the client abandons the request.</summary>
    public Task DelayAsync(TimeSpan time) => Task.Delay(time, abandoned);

    /// <summary>Sends the request after a number of other requests.</summary>
    public void SendAfter(int requests) => late.Add(requests, cancellationToken => send(request.Body, cancellationToken));

    /// <summary>Sends the request after a time.</summary>
    public void SendAfter(TimeSpan time) => late.Add(time, cancellationToken => send(request.Body, cancellationToken));
}
