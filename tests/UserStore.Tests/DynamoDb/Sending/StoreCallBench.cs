using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Microsoft.Extensions.Logging.Testing;
using Moq;
using UserStore.Batching;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Calls whose requests a test responds to, with the log and the pauses between the attempts.</summary>
internal sealed class StoreCallBench : IRequestObserver
{
    public const int Retrying = 101;
    public const int GivenUp = 102;
    public const int OutcomeUnknown = 103;
    public const int Unreachable = 107;

    private static int Benches;

    private RequestSender? _sender;

    /// <summary>Gets the table of the requests, whose name no other test uses.</summary>
    public NamedTable[] Tables { get; } = [new($"{Interlocked.Increment(ref Benches)}-bench-Users")];

    public string Table => Tables[0].TableName;

    public UserStoreOptions Options { get; } = new();

    public InstantTime Time { get; } = new();

    public Mock<IAmazonDynamoDB> Client { get; } = new();

    public FakeLogCollector Log { get; } = new();

    /// <summary>Gets or sets a value indicating whether the client makes one attempt, and the store the others.</summary>
    public bool OwnsRetries { get; set; } = true;

    public bool SeesEveryAttempt { get; set; } = true;

    public int Attempts { get; set; }

    /// <summary>Gets what was reported to the observer of the call.</summary>
    public List<string> Observed { get; } = [];

    public IEnumerable<int> Logged => Log.GetSnapshot().Select(entry => entry.Id.Id);

    public RequestSender Sender => _sender ??= new RequestSender(
        new StoreConnection(Client.Object, Options, Time, new FakeLogger(Log)) { OwnsRetries = OwnsRetries, SeesEveryAttempt = SeesEveryAttempt },
        new StoreSchema(UserModel.For<User>(Options), Options));

    public StoreCall Begin(UserKey? key = null, bool isObserved = false, CancellationToken cancellationToken = default)
        => Sender.Begin(cancellationToken, key, observer: isObserved ? this : null);

    /// <summary>Responds to the attempts in turn; the last response or exception is that of all later ones.</summary>
    public Func<CancellationToken, Task<PutItemResponse>> Respond(params object[] responses) => _ =>
    {
        object response = responses[Math.Min(Attempts++, responses.Length - 1)];
        return response is Exception failure ? throw failure : Task.FromResult((PutItemResponse)response);
    };

    void IRequestObserver.Retrying(bool isThrottled) => Observed.Add(isThrottled ? "throttled" : "retry");

    void IRequestObserver.Consumed(double units) => Observed.Add(FormattableString.Invariant($"{units} units"));

    public static AmazonDynamoDBException Service(string code, HttpStatusCode status = HttpStatusCode.BadRequest)
        => new("as the test asked", ErrorType.Sender, code, "r", status);

    public static ConditionalCheckFailedException ConditionFailed() => new("as the test asked")
    {
        ErrorCode = "ConditionalCheckFailedException",
        StatusCode = HttpStatusCode.BadRequest,
    };
}
