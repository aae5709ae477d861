using System.Net;
using System.Net.Sockets;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>What each exception means for the request. All meanings that are not listed do not apply.</summary>
public sealed class RequestFailureTests
{
    private const string Throttled = "it was throttled";
    private const string Conflict = "it conflicted with a transaction";
    private const string OtherRegion = "it conflicted with a write in another Region";
    private const string Connection = "the connection failed";
    private const string NoResponse = "no usable response was received";

    private static readonly Dictionary<string, Func<Exception, bool>> Meanings = new()
    {
        ["condition"] = RequestFailure.IsFailedCondition,
        ["invalid"] = RequestFailure.IsInvalid,
        ["throttle"] = RequestFailure.IsThrottle,
        ["conflict"] = RequestFailure.IsConflict,
        ["region"] = RequestFailure.IsReplicationConflict,
        ["lost"] = RequestFailure.HasNoResponse,
        ["unreachable"] = RequestFailure.IsUnreachable,
        ["clock"] = RequestFailure.IsClockSkew,
        ["transient"] = RequestFailure.IsTransient,
        ["request"] = RequestFailure.IsOfRequest,
    };

    public static TheoryData<Exception, string> Refusals => new()
    {
        { Known(new ConditionalCheckFailedException("no")), "condition request" },
        { Canceled("None", "ConditionalCheckFailed"), "condition request" },
        { Canceled("ThrottlingError", "ConditionalCheckFailed"), "condition request" },
        { Canceled("TransactionConflict", "ConditionalCheckFailed"), "condition request" },
        { Canceled("None", "ValidationError"), "invalid request" },
        { Canceled("ThrottlingError", "ItemCollectionSizeLimitExceeded"), "request" },
        { Canceled(), "request" },
        { Known(new TransactionCanceledException("without reasons")), "request" },
        { Service("ValidationException"), "invalid request" },
        { Service("AccessDeniedException"), "request" },
        { Service("AccessDeniedException", (HttpStatusCode)499), "request" },
        { Known(new ResourceNotFoundException("no")), "request" },
        { new ResourceNotFoundException("without a status, as a mock throws it"), "request" },
        { Service("InvalidSignatureException"), "clock request" },
        { Service("SignatureDoesNotMatch"), "clock request" },
        { Service("RequestTimeTooSkewed"), "clock request" },
        { Service("RequestExpired"), "clock request" },
        { Service("RequestInTheFuture"), "clock request" },
        { new AmazonClientException("no credentials"), "request" },
    };

    public static TheoryData<Exception, string, string> Transients => new()
    {
        { new ProvisionedThroughputExceededException("slow down"), "throttle", Throttled },
        { new RequestLimitExceededException("slow down"), "throttle", Throttled },
        { new LimitExceededException("slow down"), "throttle", Throttled },
        { Service("ThrottlingException"), "throttle", Throttled },
        { Service("Throttling"), "throttle", Throttled },
        { Service("ProvisionedThroughputExceededException"), "throttle", Throttled },
        { Canceled("None", "ThrottlingError"), "throttle conflict", Throttled },
        { Canceled("TransactionConflict", "ProvisionedThroughputExceeded"), "throttle conflict", Throttled },
        { Canceled("TransactionConflict", "None"), "conflict", Conflict },
        { new TransactionConflictException("busy"), "conflict", Conflict },
        { Service("TransactionConflictException"), "conflict", Conflict },
        { Service("ReplicatedWriteConflictException"), "conflict region", OtherRegion },
        { new HttpRequestException(HttpRequestError.ConnectionError, "refused"), "unreachable", Connection },
        { new HttpRequestException(HttpRequestError.NameResolutionError, "unknown"), "unreachable", Connection },
        { new HttpRequestException(HttpRequestError.SecureConnectionError, "untrusted"), "unreachable", Connection },
        { new SocketException((int)SocketError.ConnectionRefused), "unreachable", Connection },
        { new SocketException((int)SocketError.HostNotFound), "unreachable", Connection },
        { new SocketException((int)SocketError.TryAgain), "unreachable", Connection },
        { new AmazonServiceException("x", new IOException("y", new SocketException((int)SocketError.ConnectionRefused))), "unreachable", Connection },
        { new SocketException((int)SocketError.ConnectionReset), "lost", NoResponse },
        { new HttpRequestException(HttpRequestError.ResponseEnded, "reset"), "lost", NoResponse },
        { new IOException("broken pipe"), "lost", NoResponse },
        { new TimeoutException("too slow"), "lost", NoResponse },
        { new OperationCanceledException("the transport gave up"), "lost", NoResponse },
        { new AmazonUnmarshallingException("rubbish", "", new FormatException()), "lost", NoResponse },
        { Known(new TransactionInProgressException("not yet")), "lost", NoResponse },
        { Service("InternalServerError", HttpStatusCode.InternalServerError), "lost", NoResponse },
        { Service("ServiceUnavailable", HttpStatusCode.ServiceUnavailable), "lost", NoResponse },
        { Service("AccessDeniedException", status: 0), "lost", NoResponse },
        { new AmazonDynamoDBException("a proxy answered") { StatusCode = HttpStatusCode.Forbidden }, "lost", NoResponse },
        { new AmazonServiceException("x", new InvalidOperationException("y", new IOException("z"))), "lost", NoResponse },
        { new InvalidOperationException("x", new IOException("z")), "lost", NoResponse },
        { new ObjectDisposedException("System.Net.Sockets.NetworkStream"), "lost", NoResponse },
        { new ObjectDisposedException("System.Net.Security.SslStream"), "lost", NoResponse },
    };

    public static TheoryData<Exception> Mistakes =>
    [
        new InvalidOperationException("a mistake"),
        new ObjectDisposedException("System.Net.Http.SocketsHttpHandler"),
        new ObjectDisposedException("System.Net.Http.HttpClient"),
        new ObjectDisposedException("MyService.System.Net.Sockets"),
    ];

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_refusal_shows_that_nothing_was_applied(Exception failure, string meanings)
        => MeaningsOf(failure).Should().BeEquivalentTo(meanings.Split(' '));

    [Theory]
    [MemberData(nameof(Transients))]
    public void A_transient_failure_has_a_reason_for_the_log(Exception failure, string meanings, string reason)
    {
        MeaningsOf(failure).Should().BeEquivalentTo([.. meanings.Split(' '), "transient", "request"]);
        RequestFailure.Reason(failure).Should().Be(reason);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_of_the_program_has_no_meaning_for_the_request(Exception failure) => MeaningsOf(failure).Should().BeEmpty();

    private static IEnumerable<string> MeaningsOf(Exception failure)
        => Meanings.Where(meaning => meaning.Value(failure)).Select(meaning => meaning.Key);

    private static TransactionCanceledException Canceled(params string[] codes) => Known(
        new TransactionCanceledException("canceled") { CancellationReasons = [.. codes.Select(code => new CancellationReason { Code = code })] });

    private static AmazonDynamoDBException Service(string code, HttpStatusCode status = HttpStatusCode.BadRequest)
        => new("no", ErrorType.Sender, code, "r", status);

    private static TException Known<TException>(TException refusal)
        where TException : AmazonDynamoDBException
    {
        (refusal.ErrorCode, refusal.StatusCode) = (typeof(TException).Name, HttpStatusCode.BadRequest);
        return refusal;
    }
}
