using System.Net;
using System.Net.Sockets;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace UserStore.DynamoDb.Sending;

/// <summary>Classifies the exceptions of the SDK by what they mean for the request.</summary>
internal static class RequestFailure
{
    private const string ConditionalCheckFailed = "ConditionalCheckFailed";

    // Codes of reasons for which a transaction was cancelled: Amazon DynamoDB API Reference, "TransactWriteItems".
    private static readonly string[] Throttles = ["ThrottlingError", "ProvisionedThroughputExceeded"];
    private static readonly string[] PassingReasons = ["None", "TransactionConflict", .. Throttles];

    /// <summary>A condition of the request failed. Nothing was applied.</summary>
    public static bool IsFailedCondition(Exception failure) => failure is ConditionalCheckFailedException
        || (failure is TransactionCanceledException { CancellationReasons: { } reasons } && reasons.Exists(IsFailedCondition));

    public static bool IsFailedCondition(CancellationReason reason) => reason.Code == ConditionalCheckFailed;

    /// <summary>DynamoDB rejected the request, or one of its actions, as invalid.</summary>
    public static bool IsInvalid(Exception failure) => failure is AmazonServiceException { ErrorCode: "ValidationException" }
        || (failure is TransactionCanceledException { CancellationReasons: { } reasons }
            && reasons.Exists(reason => reason.Code == "ValidationError"));

    /// <summary>The server does not have the operation, as local servers lack some.</summary>
    public static bool IsUnknownOperation(Exception failure) => failure is AmazonServiceException { ErrorCode: "UnknownOperationException" };

    /// <summary>The request was throttled. Nothing was applied.</summary>
    public static bool IsThrottle(Exception failure)
        => failure is ProvisionedThroughputExceededException or RequestLimitExceededException or LimitExceededException
            // The SDK throws the specific type only where the API lists the error for the operation.
            or AmazonServiceException { ErrorCode: "ThrottlingException" or "Throttling" or "ProvisionedThroughputExceededException" }
            || (failure is TransactionCanceledException { CancellationReasons: { } reasons } && IsPassing(reasons)
                && reasons.Exists(reason => Throttles.Contains(reason.Code)));

    /// <summary>The request conflicts with a transaction, or was throttled as a part of one; the SDK does not retry these. Nothing was
    /// applied.</summary>
    public static bool IsConflict(Exception failure)
        => IsReplicationConflict(failure) || failure is TransactionConflictException or AmazonServiceException { ErrorCode: "TransactionConflictException" }
        || (failure is TransactionCanceledException { CancellationReasons: { } reasons } && IsPassing(reasons));

    /// <summary>Another Region writes the item of a global table with multi-Region strong consistency at the same time. Nothing was
    /// applied.</summary>
    public static bool IsReplicationConflict(Exception failure) => failure is AmazonServiceException { ErrorCode: "ReplicatedWriteConflictException" };

    /// <summary>No response was received, or none that can be interpreted: the request may have been applied.</summary>
    public static bool HasNoResponse(Exception failure)
    {
        if (IsThrottle(failure) || IsConflict(failure) || IsUnreachable(failure) || failure is ResourceNotFoundException)
            return false;
        return failure is TimeoutException or OperationCanceledException or AmazonUnmarshallingException or TransactionInProgressException
            || Causes(failure).Any(IsTransport)
            || (failure is AmazonServiceException service && !IsRefusal(service));
    }

    /// <summary>The failure comes from the request, and not from a mistake in the program, such as the use of a client that was
    /// disposed.</summary>
    public static bool IsOfRequest(Exception failure)
        => failure is AmazonServiceException or AmazonClientException || IsUnreachable(failure) || HasNoResponse(failure);

    /// <summary>The service did not accept the time of the signature. Nothing was applied.</summary>
    public static bool IsClockSkew(Exception failure) => failure is AmazonServiceException
    {
        ErrorCode: "InvalidSignatureException" or "SignatureDoesNotMatch" or "RequestTimeTooSkewed" or "RequestExpired" or "RequestInTheFuture"
    };

    /// <summary>There was no connection over which to send the request.</summary>
    public static bool IsUnreachable(Exception failure) => Causes(failure).Any(cause => cause is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
    } or SocketException
    {
        SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.TryAgain
    });

    /// <summary>The same request may succeed when it is sent again.</summary>
    public static bool IsTransient(Exception failure)
        => IsThrottle(failure) || IsConflict(failure) || IsUnreachable(failure) || HasNoResponse(failure);

    /// <summary>Returns, for the log, why a request is retried.</summary>
    public static string Reason(Exception failure) => IsThrottle(failure) ? "it was throttled"
        : IsReplicationConflict(failure) ? "it conflicted with a write in another Region"
        : IsConflict(failure) ? "it conflicted with a transaction"
        : IsUnreachable(failure) ? "the connection failed"
        : "no usable response was received";

    private static bool IsPassing(List<CancellationReason> reasons)
        => reasons.Count > 0 && reasons.TrueForAll(reason => PassingReasons.Contains(reason.Code));

    private static bool IsRefusal(AmazonServiceException failure) => failure.StatusCode != 0 && failure.ErrorCode is not null
        && failure.StatusCode < HttpStatusCode.InternalServerError;

    // The stream of a connection is disposed when its client is, while a request is on its way.
    private static bool IsTransport(Exception cause) => cause is HttpRequestException or IOException or SocketException
        || (cause is ObjectDisposedException disposed && disposed.ObjectName.StartsWith("System.Net.S", StringComparison.Ordinal));

    private static IEnumerable<Exception> Causes(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
            yield return cause;
    }
}
