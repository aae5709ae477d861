using Microsoft.Extensions.Logging;

namespace UserStore.Replication;

/// <summary>Logs events of replication. The ids of the events do not change.</summary>
internal static partial class ReplicationLog
{
    [LoggerMessage(
        301, LogLevel.Error, "Stream record {SequenceNumber} of user {UserId} could not be handled: {Error}. It is reported as failed.")]
    public static partial void ChangeFailed(ILogger logger, string? sequenceNumber, string? userId, string error);
}
