using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace UserStore.Testing;

/// <summary>What can go wrong between a client and DynamoDB.</summary>
public sealed class WireFault
{
    private const string TransactWrite = "TransactWriteItems";
    private const string TransactRead = "TransactGetItems";
    private const string BatchWrite = "BatchWriteItem";
    private const string BatchRead = "BatchGetItem";
    private const string ContentType = "application/x-amz-json-1.0";

    private static readonly string[] SingleWrites = ["PutItem", "UpdateItem", "DeleteItem"];

    private readonly string _name;
    private readonly Meeting _meet;

    private WireFault(string name, Meeting meet) => (_name, _meet) = (name, meet);

    /// <summary>What happens to a request; it may be sent on with another body.</summary>
    private delegate Task<HttpResponseMessage> Meeting(
        WireRequest request, Func<string, Task<HttpResponseMessage>> send, CancellationToken cancellationToken);

    /// <summary>Gets the fault that the server does what it was asked for, and the connection breaks before its answer arrives.</summary>
    public static WireFault LostResponse { get; } = new(nameof(LostResponse), static async (request, send, _) =>
    {
        (await send(request.Body).ConfigureAwait(false)).Dispose();
        throw Broken();
    });

    /// <summary>Gets the fault that the connection breaks before the request reaches the server.</summary>
    public static WireFault Reset { get; } = new(nameof(Reset), static (_, _, _) => throw Broken());

    /// <summary>Gets the fault that the service fails with status 500, without having done anything.</summary>
    public static WireFault InternalServerError { get; } = Answer(
        nameof(InternalServerError), HttpStatusCode.InternalServerError, "InternalServerError");

    /// <summary>Gets the fault that the service answers with status 503.</summary>
    public static WireFault ServiceUnavailable { get; } = Answer(
        nameof(ServiceUnavailable), HttpStatusCode.ServiceUnavailable, "ServiceUnavailable");

    /// <summary>Gets the fault that the service refuses the request because too many came at once.</summary>
    public static WireFault Throttle { get; } = Answer(
        nameof(Throttle), HttpStatusCode.BadRequest, "ProvisionedThroughputExceededException");

    /// <summary>Gets the fault that a write or a transaction meets another transaction, which no local server shows. Other requests
    /// pass.</summary>
    public static WireFault TransactionConflict { get; } = new(nameof(TransactionConflict), static (request, send, _) =>
        request.Operation is TransactWrite or TransactRead ? Task.FromResult(Canceled(request))
        : SingleWrites.Contains(request.Operation) ? Task.FromResult(Error(HttpStatusCode.BadRequest, "TransactionConflictException"))
        : send(request.Body));

    /// <summary>Makes the fault that the request reaches the server late.</summary>
    /// <param name="time">How late, by the system's clock.</param>
    /// <returns>The fault.</returns>
    public static WireFault Delay(TimeSpan time) => new(nameof(Delay), async (request, send, cancellationToken) =>
    {
        await Task.Delay(time, cancellationToken).ConfigureAwait(false);
        return await send(request.Body).ConfigureAwait(false);
    });

    /// <summary>Makes the fault that a batch read or write is done in part only, and the rest returned as unprocessed. Other requests
    /// pass.</summary>
    /// <param name="seed">The same seed leaves out the same parts of the same sequence of requests.</param>
    /// <param name="share">How many of the keys or items of a batch are left out, from 0 to 1; one is always processed.</param>
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
                unprocessed = LeaveOut(body["RequestItems"]!.AsObject(), () => random.NextDouble() < share);
            HttpResponseMessage answer = await send(body.ToJsonString()).ConfigureAwait(false);
            JsonNode content = JsonNode.Parse(await answer.Content.ReadAsStringAsync(CancellationToken.None).ConfigureAwait(false))!;
            if (!answer.IsSuccessStatusCode)
                return answer;
            content[request.Operation == BatchWrite ? "UnprocessedItems" : "UnprocessedKeys"] = unprocessed;
            answer.Headers.Remove("x-amz-crc32"); // of the answer as it was
            answer.Content = new StringContent(content.ToJsonString(), Encoding.UTF8, ContentType);
            return answer;
        });
    }

    /// <summary>Returns the name of the fault.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => _name;

    internal Task<HttpResponseMessage> InjectAsync(
        WireRequest request, Func<string, Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
        => _meet(request, send, cancellationToken);

    // Takes entries out of the request, and returns them in the same form. The first entry of all stays.
    private static JsonObject LeaveOut(JsonObject tables, Func<bool> isLeftOut)
    {
        var leftOut = new JsonObject();
        bool isFirst = true;
        foreach ((string table, JsonNode? entry) in tables.ToList())
        {
            JsonArray all = entry as JsonArray ?? entry!["Keys"]!.AsArray();
            JsonArray rest = [];
            foreach (JsonNode? one in all.ToList())
            {
                if (!isFirst && isLeftOut())
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
            leftOut.Add(table, left);
        }

        return leftOut;
    }

    private static WireFault Answer(string name, HttpStatusCode status, string type)
        => new(name, (_, _, _) => Task.FromResult(Error(status, type)));

    private static HttpRequestException Broken() => new(HttpRequestError.ResponseEnded, "The connection was reset, as the test asked.");

    // A transaction is cancelled with a reason for each of its actions.
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
            $$"""{"__type":"com.amazonaws.dynamodb.v20120810#{{type}}","message":"As the test asked."{{more}}}""",
            Encoding.UTF8,
            ContentType),
    };
}
