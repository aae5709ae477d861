using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace UserStore.Testing;

/// <summary>
/// Listens on a free loopback port, passes the requests of clients to a DynamoDB server, and injects the faults of a
/// <see cref="FaultyWire"/> into their connections.
/// </summary>
/// <remarks>
/// <para>
/// Clients connect to <see cref="Endpoint"/>: <c>server.CreateClient(config => config.ServiceURL = proxy.Endpoint.ToString())</c>. They see what
/// the connection does, including what the SDK and its connection pool make of it. Any number of clients and connections can be open.
/// </para>
/// <para>
/// A request that was received completely is sent to the server even if the client closes its connection meanwhile. If the server cannot be
/// reached, the connection of the client is reset. The proxy understands HTTP/1.1 with <c>Content-Length</c>, which is what the SDK sends.
/// </para>
/// </remarks>
public sealed class FaultyProxy : IAsyncDisposable
{
    private const int Backlog = 512;

    private readonly FaultyWire _wire;
    private readonly Uri _server;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Exception> _failures = [];
    private readonly Task _serving;
    private int _disposed;

    // Without redirects, cookies and HTTP proxies, clients receive what the server sent.
    private readonly HttpMessageInvoker _network = new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
    });

    private FaultyProxy(FaultyWire wire, Uri server)
    {
        (_wire, _server) = (wire, server);
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(Backlog);
        Endpoint = new Uri($"http://{_listener.LocalEndPoint}");
        _serving = AcceptAsync();
    }

    /// <summary>Gets the address on which the proxy listens.</summary>
    public Uri Endpoint { get; }

    /// <summary>Starts a proxy.</summary>
    /// <param name="wire">The wire that determines which request receives which fault. The caller disposes it after the proxy.</param>
    /// <param name="server">The address of the server, such as <see cref="LocalDynamoDb.Endpoint"/>.</param>
    /// <returns>The proxy, ready for connections.</returns>
    public static FaultyProxy Start(FaultyWire wire, Uri server)
    {
        ArgumentNullException.ThrowIfNull(wire);
        ArgumentNullException.ThrowIfNull(server);
        return new FaultyProxy(wire, server);
    }

    /// <summary>Stops listening, resets the connections that are open, also those with a request in progress, and waits until all have
    /// ended.</summary>
    /// <returns>A task that completes when the proxy has stopped.</returns>
    /// <exception cref="AggregateException">A callback of the wire threw, or a client sent something other than requests to DynamoDB.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _serving.ConfigureAwait(false);
        }
        finally
        {
            _listener.Dispose();
            _network.Dispose();
            _stop.Dispose();
        }

        if (!_failures.IsEmpty)
            throw new AggregateException("Requests failed in the proxy itself.", _failures);
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                connections.RemoveAll(connection => connection.IsCompleted);
                connections.Add(Task.Run(() => ServeAsync(client)));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The proxy stops.
        }
        finally
        {
            await Task.WhenAll(connections).ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            var connection = new ProxyConnection(client, _server, _stop.Token);
            await using (connection.ConfigureAwait(false))
            {
                bool isOpen = true;
                while (isOpen && await connection.ReceiveAsync().ConfigureAwait(false) is { } request)
                {
                    WireReply reply = await connection.WhileConnectedAsync(abandoned => _wire.ExchangeAsync(
                        request, (body, _) => request.SendAsync(_network, body, _stop.Token), abandoned)).ConfigureAwait(false);
                    isOpen = await connection.ReplyAsync(reply).ConfigureAwait(false);
                }
            }
        }
        catch (Exception end) when (end is OperationCanceledException or HttpRequestException or IOException or SocketException)
        {
            // The client closed the connection, the server cannot be reached, or the proxy stops: the connection is reset.
        }
        catch (Exception failure)
        {
            _failures.Enqueue(failure);
        }
    }
}
