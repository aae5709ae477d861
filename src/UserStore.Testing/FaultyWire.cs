using Amazon.Runtime;

namespace UserStore.Testing;

/// <summary>
/// Stands between a client and a real DynamoDB server, and lets requests meet faults: at named moments, at regular ones, or at random ones
/// from a seed.
/// </summary>
/// <remarks>
/// <para>
/// Given to a client when it is made: <c>server.CreateClient(config => config.HttpClientFactory = wire)</c>. Safe for concurrent use; which
/// of several concurrent requests meets a fault is then left to their order.
/// </para>
/// <para>A request that a fault was asked for by <see cref="Next"/> meets no other one.</para>
/// </remarks>
public sealed class FaultyWire : HttpClientFactory, IDisposable
{
    private readonly Lock _lock = new();
    private readonly SocketsHttpHandler _network = new();
    private readonly List<string> _operations = [];
    private readonly List<(string? Operation, WireFault Fault)> _next = [];
    private Func<string, WireFault?>? _rule;

    /// <summary>Gets the operations of all requests so far, in the order in which they left.</summary>
    public IReadOnlyList<string> Operations
    {
        get
        {
            lock (_lock)
                return [.. _operations];
        }
    }

    /// <summary>Gets or sets what happens just before a request leaves, such as a write by another client.</summary>
    public Func<WireRequest, Task>? BeforeRequest { get; set; }

    /// <summary>Gets or sets what happens after a request met its fault, and before the client is told: so before it is sent
    /// again.</summary>
    public Func<WireRequest, Task>? AfterFault { get; set; }

    /// <summary>Lets the next requests meet a fault.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="operation">Only requests for this operation, such as <c>UpdateItem</c>; all if null.</param>
    /// <param name="count">How many.</param>
    public void Next(WireFault fault, string? operation = null, int count = 1)
    {
        ArgumentNullException.ThrowIfNull(fault);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        lock (_lock)
            _next.AddRange(Enumerable.Repeat((operation, fault), count));
    }

    /// <summary>Lets every so-many-th request meet a fault, from now on and in place of what was asked for before.</summary>
    /// <param name="interval">1 for every request, 3 for the third, sixth and so on.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="operations">Only requests for these operations count; all if empty.</param>
    public void Every(int interval, WireFault fault, params IReadOnlyList<string> operations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        ArgumentNullException.ThrowIfNull(fault);
        ArgumentNullException.ThrowIfNull(operations);
        int count = 0;
        lock (_lock)
            _rule = operation => (operations.Count == 0 || operations.Contains(operation)) && ++count % interval == 0 ? fault : null;
    }

    /// <summary>Lets requests meet faults at random, from now on and in place of what was asked for before.</summary>
    /// <param name="seed">The same seed gives the same faults to the same sequence of requests.</param>
    /// <param name="share">How many of all requests, from 0 to 1.</param>
    /// <param name="faults">The faults, each as likely as the others.</param>
    public void Randomly(int seed, double share, params IReadOnlyList<WireFault> faults)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(share, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        ArgumentNullException.ThrowIfNull(faults);
        ArgumentOutOfRangeException.ThrowIfZero(faults.Count, nameof(faults));
        var random = new Random(seed);
        lock (_lock)
            _rule = _ => random.NextDouble() < share ? faults[random.Next(faults.Count)] : null;
    }

    /// <summary>Forgets all faults, callbacks and operations noted.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _next.Clear();
            _operations.Clear();
            _rule = null;
            (BeforeRequest, AfterFault) = (null, null);
        }
    }

    /// <inheritdoc/>
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(this), disposeHandler: false);

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _network.Dispose();

    private WireFault? Take(string operation)
    {
        lock (_lock)
        {
            _operations.Add(operation);
            int asked = _next.FindIndex(next => next.Operation is null || next.Operation == operation);
            if (asked < 0)
                return _rule?.Invoke(operation);
            WireFault fault = _next[asked].Fault;
            _next.RemoveAt(asked);
            return fault;
        }
    }

    private sealed class Handler(FaultyWire wire) : DelegatingHandler(wire._network)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string operation = request.Headers.GetValues("X-Amz-Target").Single().Split('.')[1];
            string body = await request.Content!.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            var seen = new WireRequest(operation, body, wire.Take(operation));
            if (wire.BeforeRequest is { } before)
                await before(seen).ConfigureAwait(false);
            if (seen.Fault is null)
                return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            try
            {
                HttpResponseMessage answer = await seen.Fault.InjectAsync(
                    seen, changed => SendAsync(request, body, changed, cancellationToken), cancellationToken).ConfigureAwait(false);
                answer.RequestMessage = request;
                return answer;
            }
            finally
            {
                if (wire.AfterFault is { } after)
                    await after(seen).ConfigureAwait(false);
            }
        }

        private Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, string body, string changed, CancellationToken cancellationToken)
        {
            // Local servers do not look at the signature, which is of the body as it was.
            if (changed != body)
                request.Content = new StringContent(changed, request.Content!.Headers.ContentType);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
