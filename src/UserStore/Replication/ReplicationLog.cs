using Microsoft.Extensions.Logging;

namespace UserStore.Replication;

/// <summary>Logs events of replication. The ids of the events do not change.</summary>
internal static partial class ReplicationLog
{
    [LoggerMessage(
        301, LogLevel.Error, "Stream record {SequenceNumber} of user {UserKey} could not be handled: {Error}. It is reported as failed.")]
    public static partial void ChangeFailed(ILogger logger, string? sequenceNumber, UserKey? userKey, string error);

    [LoggerMessage(
        302,
        LogLevel.Warning,
        "Stream record {SequenceNumber} of user {UserKey} was not attempted, because the dispatch reached its timeout. It is reported as failed.")]
    public static partial void ChangeNotAttempted(ILogger logger, string? sequenceNumber, UserKey? userKey);
}
