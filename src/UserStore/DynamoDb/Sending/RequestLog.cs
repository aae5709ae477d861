using Microsoft.Extensions.Logging;

namespace UserStore.DynamoDb.Sending;

/// <summary>The log events of requests. Their ids do not change.</summary>
internal static partial class RequestLog
{
    [LoggerMessage(101, LogLevel.Debug, "Retrying {Operation} on {Table}: {Reason}.")]
    public static partial void Retrying(ILogger logger, string operation, string table, string reason);

    [LoggerMessage(102, LogLevel.Warning, "Gave up {Operation} on {Table} after {Elapsed}: {Reason}.")]
    public static partial void GivenUp(ILogger logger, string operation, string table, TimeSpan elapsed, string reason);

    [LoggerMessage(103, LogLevel.Warning, "The outcome of {Operation} on {Table} for user {UserKey} is unknown. Read the user to see what is stored.")]
    public static partial void OutcomeUnknown(ILogger logger, string operation, string table, UserKey userKey);

    [LoggerMessage(
        107,
        LogLevel.Warning,
        "No connection to {Endpoint}: {Operation} on {Table} is retried for up to {Timeout}. Check that the server runs and that region, endpoint and "
            + "network are right.")]
    public static partial void Unreachable(ILogger logger, string endpoint, string operation, string table, TimeSpan timeout);
}
