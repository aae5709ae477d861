using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace UserStore.Testing;

/// <summary>Represents a fault that can occur between a client and DynamoDB.</summary>
public sealed class WireFault
{
    private const string TransactWrite = "TransactWriteItems";
    private const string TransactRead = "TransactGetItems";
    private const string BatchWrite = "BatchWriteItem";
    private const string BatchRead = "BatchGetItem";
    private const string ContentType = "application/x-amz-json-1.0";

    private static readonly string[] SingleWrites = ["PutItem", "UpdateItem", "DeleteItem"];

    private readonly string _name;
    private readonly Injection _inject;

    private WireFault(string name, Injection inject) => (_name, _inject) = (name, inject);

    /// <summary>Handles a request, and can send it with another body.</summary>
    private delegate Task<HttpResponseMessage> Injection(
        WireRequest request, Func<string, Task<HttpResponseMessage>> send, CancellationToken cancellationToken);

    /// <summary>Gets a fault where the server processes the request and the connection is reset before the response arrives.</summary>
    public static WireFault LostResponse { get; } = new(nameof(LostResponse), static async (request, send, _) =>
    {
        (await send(request.Body).ConfigureAwait(false)).Dispose();
        throw ConnectionReset();
    });

    /// <summary>Gets a fault where the connection is reset before the request reaches the server.</summary>
    public static WireFault Reset { get; } = new(nameof(Reset), static (_, _, _) => throw ConnectionReset());

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
    public static WireFault TransactionConflict { get; } = new(nameof(TransactionConflict), static (request, send, _) =>
        request.Operation is TransactWrite or TransactRead ? Task.FromResult(Canceled(request))
        : SingleWrites.Contains(request.Operation) ? Task.FromResult(Error(HttpStatusCode.BadRequest, "TransactionConflictException"))
        : send(request.Body));

    /// <summary>Creates a fault that delays the request before it reaches the server.</summary>
    /// <param name="time">The delay, measured by the system clock.</param>
    /// <returns>The fault.</returns>
    public static WireFault Delay(TimeSpan time) => new(nameof(Delay), async (request, send, cancellationToken) =>
    {
        await Task.Delay(time, cancellationToken).ConfigureAwait(false);
        return await send(request.Body).ConfigureAwait(false);
    });

    /// <summary>Creates a fault where the service processes a batch read or write only in part and returns the rest as unprocessed. Other
    /// requests are sent unchanged.</summary>
    /// <param name="seed">The seed. The same seed omits the same parts of the same sequence of requests.</param>
    /// <param name="share">The share of keys or items of a batch that is not processed, from 0 to 1. At least one is always processed.</param>
    /// <returns>The fault.</returns>
    public static WireFault Unprocessed(int seed, double share)
    {
        var random = new Random(seed);
        return new(nameof(Unprocessed), async (request, send, _) =>
        {
            if (request.Operation is not (BatchWrite or BatchRead))
                return await send(request.Body).ConfigureAwait(false);
            JsonNode body = JsonNode.Parse(request.Body)!;
            JsonObject unprocessed;
            lock (random)
                unprocessed = Omit(body["RequestItems"]!.AsObject(), () => random.NextDouble() < share);
            HttpResponseMessage response = await send(body.ToJsonString()).ConfigureAwait(false);
            JsonNode content = JsonNode.Parse(await response.Content.ReadAsStringAsync(CancellationToken.None).ConfigureAwait(false))!;
            if (!response.IsSuccessStatusCode)
                return response;
            content[request.Operation == BatchWrite ? "UnprocessedItems" : "UnprocessedKeys"] = unprocessed;
            response.Headers.Remove("x-amz-crc32"); // the checksum of the original response
            response.Content = new StringContent(content.ToJsonString(), Encoding.UTF8, ContentType);
            return response;
        });
    }

    /// <summary>Returns the name of the fault.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => _name;

    internal Task<HttpResponseMessage> InjectAsync(
        WireRequest request, Func<string, Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
        => _inject(request, send, cancellationToken);

    // Removes entries from the request and returns them in the same form. The very first entry is kept.
    private static JsonObject Omit(JsonObject tables, Func<bool> isOmitted)
    {
        var omitted = new JsonObject();
        bool isFirst = true;
        foreach ((string table, JsonNode? entry) in tables.ToList())
        {
            JsonArray all = entry as JsonArray ?? entry!["Keys"]!.AsArray();
            JsonArray rest = [];
            foreach (JsonNode? one in all.ToList())
            {
                if (!isFirst && isOmitted())
                {
                    all.Remove(one);
                    rest.Add(one);
                }

                isFirst = false;
            }

            if (rest.Count == 0)
                continue;
            JsonNode left = entry is JsonArray ? rest : entry!.DeepClone();
            if (entry is not JsonArray)
                left["Keys"] = rest;
            omitted.Add(table, left);
        }

        return omitted;
    }

    private static WireFault Response(string name, HttpStatusCode status, string type)
        => new(name, (_, _, _) => Task.FromResult(Error(status, type)));

    private static HttpRequestException ConnectionReset() => new(HttpRequestError.ResponseEnded, "The connection was reset, as requested by the test.");

    // The service cancels a transaction with a reason for each of its actions.
    private static HttpResponseMessage Canceled(WireRequest request)
    {
        using JsonDocument body = JsonDocument.Parse(request.Body);
        int actions = body.RootElement.GetProperty("TransactItems").GetArrayLength();
        IEnumerable<string> reasons = Enumerable.Range(0, actions).Select(i => i == 0
            ? """{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"}"""
            : """{"Code":"None"}""");
        return Error(HttpStatusCode.BadRequest, "TransactionCanceledException", $$""","CancellationReasons":[{{string.Join(',', reasons)}}]""");
    }

    private static HttpResponseMessage Error(HttpStatusCode status, string type, string more = "") => new(status)
    {
        Content = new StringContent(
            $$"""{"__type":"com.amazonaws.dynamodb.v20120810#{{type}}","message":"As requested by the test."{{more}}}""",
            Encoding.UTF8,
            ContentType),
    };
}
