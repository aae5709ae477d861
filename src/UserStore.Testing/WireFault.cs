using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace UserStore.Testing;

/// <summary>Represents a fault that can occur between a client and DynamoDB.</summary>
/// <remarks>
/// Over a <see cref="FaultyProxy"/>, connections are really reset (TCP RST), closed (TCP FIN) and left open. Where <see cref="FaultyWire"/> is
/// the <c>HttpClientFactory</c> of the client, the client receives the exception that such a connection causes.
/// </remarks>
public sealed class WireFault
{
    private const string TransactWrite = "TransactWriteItems";
    private const string TransactRead = "TransactGetItems";
    private const string BatchWrite = "BatchWriteItem";
    private const string BatchRead = "BatchGetItem";

    private static readonly string[] SingleWrites = ["PutItem", "UpdateItem", "DeleteItem"];

    private readonly string _name;
    private readonly Func<WireExchange, Task<WireReply>> _inject;

    private WireFault(string name, Func<WireExchange, Task<WireReply>> inject) => (_name, _inject) = (name, inject);

    /// <summary>Gets a fault where the server processes the request and the connection is reset before the response arrives.</summary>
    public static WireFault LostResponse { get; } = Lost(nameof(LostResponse), WireEnding.Reset);

    /// <summary>Gets a fault where the server processes the request and the connection is closed before the response arrives.</summary>
    public static WireFault ClosedConnection { get; } = Lost(nameof(ClosedConnection), WireEnding.Close);

    /// <summary>Gets a fault where the server processes the request, the response never arrives, and the connection stays open, so that only
    /// a timeout or a cancellation ends the attempt.</summary>
    public static WireFault NoResponse { get; } = Lost(nameof(NoResponse), WireEnding.Silence);

    /// <summary>Gets a fault where the server processes the request and the connection is closed after half of the response body.</summary>
    public static WireFault TruncatedResponse { get; } = Half(nameof(TruncatedResponse), WireEnding.Close);

    /// <summary>Gets a fault where the server processes the request and the connection is reset after half of the response body.</summary>
    public static WireFault AbortedResponse { get; } = Half(nameof(AbortedResponse), WireEnding.Reset);

    /// <summary>Gets a fault where the server processes the request, half of the response body arrives, and the connection stays open.</summary>
    /// <remarks>The SDK reads a response body synchronously: it blocks a thread, and a cancellation takes effect about two seconds later. Without
    /// a proxy, the fault is the same as <see cref="NoResponse"/>.</remarks>
    public static WireFault StalledResponse { get; } = Half(nameof(StalledResponse), WireEnding.Silence);

    /// <summary>Gets a fault where the connection is reset before the request reaches the server.</summary>
    public static WireFault Reset { get; } = new(nameof(Reset), static _ => Task.FromResult(WireReply.None(WireEnding.Reset)));

    /// <summary>Gets a fault where the server receives the request twice, one after the other. The client receives the first
    /// response.</summary>
    public static WireFault DuplicateRequest { get; } = new(nameof(DuplicateRequest), static async exchange =>
    {
        WireResponse first = await exchange.SendAsync().ConfigureAwait(false);
        await exchange.SendAsync().ConfigureAwait(false);
        return WireReply.Of(first);
    });

    /// <summary>Gets a fault where the service responds with status 500 and does not process the request.</summary>
    public static WireFault InternalServerError { get; } = Response(
        nameof(InternalServerError), HttpStatusCode.InternalServerError, "InternalServerError");

    /// <summary>Gets a fault where the service responds with status 503 and does not process the request.</summary>
    public static WireFault ServiceUnavailable { get; } = Response(
        nameof(ServiceUnavailable), HttpStatusCode.ServiceUnavailable, "ServiceUnavailable");

    /// <summary>Gets a fault where the service throttles the request.</summary>
    public static WireFault Throttle { get; } = Response(
        nameof(Throttle), HttpStatusCode.BadRequest, "ProvisionedThroughputExceededException");

    /// <summary>Gets a fault where a write or a transaction conflicts with another transaction, which local servers do not simulate. Other
    /// requests are sent unchanged.</summary>
    public static WireFault TransactionConflict { get; } = new(nameof(TransactionConflict), static async exchange => WireReply.Of(
        exchange.Request.Operation is TransactWrite or TransactRead ? Canceled(exchange.Request)
        : SingleWrites.Contains(exchange.Request.Operation) ? WireResponse.Error(HttpStatusCode.BadRequest, "TransactionConflictException")
        : await exchange.SendAsync().ConfigureAwait(false)));

    /// <summary>Creates a fault that delays the request before it reaches the server. It does not reach the server if the client abandons it
    /// during the delay.</summary>
    /// <param name="time">The delay, measured by the system clock.</param>
    /// <returns>The fault.</returns>
    public static WireFault Delay(TimeSpan time) => new(nameof(Delay), async exchange =>
    {
        await exchange.DelayAsync(time).ConfigureAwait(false);
        return WireReply.Of(await exchange.SendAsync().ConfigureAwait(false));
    });

    /// <summary>Creates a fault where the server processes the request and the response arrives with a delay.</summary>
    /// <param name="time">The delay, measured by the system clock.</param>
    /// <returns>The fault.</returns>
    public static WireFault DelayedResponse(TimeSpan time) => new(nameof(DelayedResponse), async exchange =>
    {
        WireResponse response = await exchange.SendAsync().ConfigureAwait(false);
        await exchange.DelayAsync(time).ConfigureAwait(false);
        return WireReply.Of(response);
    });

    /// <summary>Creates a fault where the connection is reset and the request reaches the server later, after the client gave it up: when a
    /// number of other requests were processed, and before the response to the last of them arrives.</summary>
    /// <param name="requests">The number of requests on the same wire that precede the late one, at least 1.</param>
    /// <returns>The fault.</returns>
    /// <remarks>The request is dropped if the wire is cleared or disposed before.</remarks>
    public static WireFault LateRequest(int requests)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(requests, 1);
        return new(nameof(LateRequest), exchange =>
        {
            exchange.SendAfter(requests);
            return Task.FromResult(WireReply.None(WireEnding.Reset));
        });
    }

    /// <summary>Creates a fault where the connection is reset and the request reaches the server later, after the client gave it up.</summary>
    /// <param name="time">The time after which the request is sent, measured by the system clock.</param>
    /// <returns>The fault.</returns>
    /// <remarks>The request is dropped if the wire is cleared or disposed before.</remarks>
    public static WireFault LateRequest(TimeSpan time) => new(nameof(LateRequest), exchange =>
    {
        exchange.SendAfter(time);
        return Task.FromResult(WireReply.None(WireEnding.Reset));
    });

    /// <summary>Creates a fault that damages the response: the lowest bit of one byte of its body is inverted, which often yields plausible
    /// JSON. The checksum in the headers stays that of the undamaged body.</summary>
    /// <param name="seed">The seed. The same seed damages the same positions in the same sequence of responses.</param>
    /// <returns>The fault.</returns>
    public static WireFault DamagedResponse(int seed)
    {
        var random = new Random(seed);
        return new(nameof(DamagedResponse), async exchange =>
        {
            WireResponse response = await exchange.SendAsync().ConfigureAwait(false);
            if (response.Body.Length > 0)
            {
                lock (random)
                    response.Body[random.Next(response.Body.Length)] ^= 1;
            }

            return WireReply.Of(response);
        });
    }

    /// <summary>Creates a fault where the service processes a batch read or write only in part and returns the rest as unprocessed. Other
    /// requests are sent unchanged.</summary>
    /// <param name="seed">The seed. The same seed omits the same parts of the same sequence of requests.</param>
    /// <param name="share">The share of keys or items of a batch that is not processed, from 0 to 1. At least one is always processed.</param>
    /// <returns>The fault.</returns>
    public static WireFault Unprocessed(int seed, double share)
    {
        var random = new Random(seed);
        return new(nameof(Unprocessed), async exchange =>
        {
            if (exchange.Request.Operation is not (BatchWrite or BatchRead))
                return WireReply.Of(await exchange.SendAsync().ConfigureAwait(false));
            JsonNode body = JsonNode.Parse(exchange.Request.Body)!;
            JsonObject unprocessed;
            lock (random)
                unprocessed = UnprocessedEntries.Omit(body["RequestItems"]!.AsObject(), () => random.NextDouble() < share);
            WireResponse response = await exchange.SendAsync(body.ToJsonString()).ConfigureAwait(false);
            if (response.Status != HttpStatusCode.OK)
                return WireReply.Of(response);
            JsonNode content = JsonNode.Parse(response.Body)!;
            content[exchange.Request.Operation == BatchWrite ? "UnprocessedItems" : "UnprocessedKeys"] = unprocessed;
            return WireReply.Of(response.WithBody(content.ToJsonString()));
        });
    }

    /// <summary>Returns the name of the fault.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => _name;

    internal Task<WireReply> InjectAsync(WireExchange exchange) => _inject(exchange);

    private static WireFault Lost(string name, WireEnding ending) => new(name, async exchange =>
    {
        await exchange.SendAsync().ConfigureAwait(false);
        return WireReply.None(ending);
    });

    private static WireFault Half(string name, WireEnding ending)
        => new(name, async exchange => WireReply.Half(await exchange.SendAsync().ConfigureAwait(false), ending));

    private static WireFault Response(string name, HttpStatusCode status, string type)
        => new(name, _ => Task.FromResult(WireReply.Of(WireResponse.Error(status, type))));

    // The service cancels a transaction with a reason for each of its actions.
    private static WireResponse Canceled(WireRequest request)
    {
        using JsonDocument body = JsonDocument.Parse(request.Body);
        int actions = body.RootElement.GetProperty("TransactItems").GetArrayLength();
        IEnumerable<string> reasons = Enumerable.Range(0, actions).Select(i => i == 0
            ? """{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"}"""
            : """{"Code":"None"}""");
        return WireResponse.Error(
            HttpStatusCode.BadRequest, "TransactionCanceledException", $$""","CancellationReasons":[{{string.Join(',', reasons)}}]""");
    }
}
