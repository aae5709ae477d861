using Microsoft.Extensions.Logging;

namespace UserStore.DynamoDb.Sending;

/// <summary>What requests write to the log. The ids of the events do not change.</summary>
internal static partial class RequestLog
{
    [LoggerMessage(101, LogLevel.Debug, "{Operation} on {Table} is sent again: {Reason}.")]
    public static partial void Retrying(ILogger logger, string operation, string table, string reason);

    [LoggerMessage(102, LogLevel.Warning, "{Operation} on {Table} was given up, {Elapsed} after its call began: {Reason}.")]
    public static partial void GivenUp(ILogger logger, string operation, string table, TimeSpan elapsed, string reason);

    [LoggerMessage(103, LogLevel.Warning, "Whether {Operation} on {Table} was applied to user {UserId} is unknown.")]
    public static partial void OutcomeUnknown(ILogger logger, string operation, string table, string userId);
}
