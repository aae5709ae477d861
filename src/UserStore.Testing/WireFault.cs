using System.Net;
using System.Text;
using System.Text.Json;

namespace UserStore.Testing;

/// <summary>What can go wrong between a client and DynamoDB.</summary>
public sealed class WireFault
{
    private const string TransactWrite = "TransactWriteItems";
    private const string TransactRead = "TransactGetItems";

    private static readonly string[] SingleWrites = ["PutItem", "UpdateItem", "DeleteItem"];

    private readonly string _name;
    private readonly Func<WireRequest, Func<Task<HttpResponseMessage>>, CancellationToken, Task<HttpResponseMessage>> _meet;

    private WireFault(
        string name, Func<WireRequest, Func<Task<HttpResponseMessage>>, CancellationToken, Task<HttpResponseMessage>> meet)
        => (_name, _meet) = (name, meet);

    /// <summary>Gets the fault that the server does what it was asked for, and the connection breaks before its answer arrives.</summary>
    public static WireFault LostAnswer { get; } = new(nameof(LostAnswer), static async (_, send, _) =>
    {
        (await send().ConfigureAwait(false)).Dispose();
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
        : send());

    /// <summary>Makes the fault that the request reaches the server late.</summary>
    /// <param name="time">How late, by the system's clock.</param>
    /// <returns>The fault.</returns>
    public static WireFault Delay(TimeSpan time) => new(nameof(Delay), async (_, send, cancellationToken) =>
    {
        await Task.Delay(time, cancellationToken).ConfigureAwait(false);
        return await send().ConfigureAwait(false);
    });

    /// <summary>Returns the name of the fault.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => _name;

    internal Task<HttpResponseMessage> MeetAsync(
        WireRequest request, Func<Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
        => _meet(request, send, cancellationToken);

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
            "application/x-amz-json-1.0"),
    };
}
