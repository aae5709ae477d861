using Amazon.Runtime;

namespace UserStore.Testing;

/// <summary>
/// Injects faults between a client and a DynamoDB server: into the next requests, at a regular interval, or at random from a seed.
/// </summary>
/// <remarks>
/// <para>
/// Put it between the client and the server in one of two ways. A <see cref="FaultyProxy"/> listens on a port of this machine, so that the
/// connections of the client are really reset, closed and interrupted. Without a port, the wire is the client's <see cref="HttpClientFactory"/>:
/// <c>server.CreateClient(config => config.HttpClientFactory = wire)</c>. It then injects the same faults above the connections, as exceptions.
/// </para>
/// <para>Safe for concurrent use. The order in which concurrent requests arrive determines which of them receives a fault.</para>
/// <para>A request that receives a fault from <see cref="Next"/> receives no other fault.</para>
/// </remarks>
public sealed class FaultyWire : HttpClientFactory, IDisposable
{
    private readonly Lock _lock = new();
    private readonly HttpMessageInvoker _network = new(new SocketsHttpHandler());
    private readonly LateRequests _late = new();
    private readonly List<string> _operations = [];
    private readonly List<(string? Operation, WireFault Fault)> _queued = [];
    private Func<string, WireFault?>? _rule;

    /// <summary>Gets the operations of all requests since the last <see cref="Clear"/>, in the order in which the requests arrived.</summary>
    public IReadOnlyList<string> Operations
    {
        get
        {
            lock (_lock)
                return [.. _operations];
        }
    }

    /// <summary>Gets or sets the callback that runs just before a request is sent, for example to simulate a write by another client.</summary>
    public Func<WireRequest, Task>? BeforeRequest { get; set; }

    /// <summary>Gets or sets the callback that runs after a fault was injected and before the client receives the result, and therefore
    /// before the client retries.</summary>
    public Func<WireRequest, Task>? AfterFault { get; set; }

    /// <summary>Injects a fault into the next requests.</summary>
    /// <param name="fault">The fault to inject.</param>
    /// <param name="operation">The operation whose requests receive the fault, such as <c>UpdateItem</c>; all operations if <see langword="null"/>.</param>
    /// <param name="count">The number of requests.</param>
    public void Next(WireFault fault, string? operation = null, int count = 1)
    {
        ArgumentNullException.ThrowIfNull(fault);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        lock (_lock)
            _queued.AddRange(Enumerable.Repeat((operation, fault), count));
    }

    /// <summary>Injects a fault at a regular interval from now on. Replaces an earlier call of <see cref="Every"/> or
    /// <see cref="Randomly"/>.</summary>
    /// <param name="interval">The interval: 1 for every request, 3 for the third request, the sixth request and so on.</param>
    /// <param name="fault">The fault to inject.</param>
    /// <param name="operations">The operations whose requests are counted; all operations if empty.</param>
    public void Every(int interval, WireFault fault, params IReadOnlyList<string> operations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        ArgumentNullException.ThrowIfNull(fault);
        ArgumentNullException.ThrowIfNull(operations);
        int count = 0;
        lock (_lock)
            _rule = operation => (operations.Count == 0 || operations.Contains(operation)) && ++count % interval == 0 ? fault : null;
    }

    /// <summary>Injects faults at random from now on. Replaces an earlier call of <see cref="Every"/> or
    /// <see cref="Randomly"/>.</summary>
    /// <param name="seed">The seed. The same seed injects the same faults into the same sequence of requests.</param>
    /// <param name="share">The share of requests that receive a fault, from 0 to 1.</param>
    /// <param name="faults">The faults, which are equally likely.</param>
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

    /// <summary>Removes all faults, callbacks, recorded operations, and requests that are held back.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _queued.Clear();
            _operations.Clear();
            _rule = null;
            (BeforeRequest, AfterFault) = (null, null);
        }

        _late.Clear();
    }

    /// <inheritdoc/>
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new WireHandler(this, _network), disposeHandler: false);

    /// <summary>Closes the connections, and drops the requests that are held back.</summary>
    public void Dispose()
    {
        _late.Dispose();
        _network.Dispose();
    }

    /// <summary>Sends a request, with the fault that it receives.</summary>
    /// <param name="request">The request.</param>
    /// <param name="send">Sends the request with a body.</param>
    /// <param name="abandoned">Canceled when the client no longer waits for the response.</param>
    /// <returns>What the client receives.</returns>
    internal async Task<WireReply> ExchangeAsync(
        BufferedRequest request, Func<string, CancellationToken, Task<WireResponse>> send, CancellationToken abandoned)
    {
        var received = new WireRequest(request.Operation, request.Body, TakeFault(request.Operation));
        IReadOnlyList<LateRequests.Held> due = _late.Pass();
        if (BeforeRequest is { } before)
            await before(received).ConfigureAwait(false);
        var exchange = new WireExchange(received, send, _late, abandoned);
        try
        {
            return received.Fault is null
                ? WireReply.Of(await exchange.SendAsync().ConfigureAwait(false))
                : await received.Fault.InjectAsync(exchange).ConfigureAwait(false);
        }
        finally
        {
            foreach (LateRequests.Held late in due)
                await late.SendAsync(CancellationToken.None).ConfigureAwait(false);
            if (received.Fault is not null && AfterFault is { } after)
                await after(received).ConfigureAwait(false);
        }
    }

    private WireFault? TakeFault(string operation)
    {
        lock (_lock)
        {
            _operations.Add(operation);
            int index = _queued.FindIndex(queued => queued.Operation is null || queued.Operation == operation);
            if (index < 0)
                return _rule?.Invoke(operation);
            WireFault fault = _queued[index].Fault;
            _queued.RemoveAt(index);
            return fault;
        }
    }
}
