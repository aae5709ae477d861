using Microsoft.Extensions.Logging;

namespace UserStore.DynamoDb.Users;

/// <summary>The log events of stored users. Their ids do not change.</summary>
internal static partial class UserLog
{
    [LoggerMessage(104, LogLevel.Warning, "User {UserKey} in {Table} cannot be read: attribute {Attribute} caused {Error}.")]
    public static partial void Unreadable(ILogger logger, string table, UserKey? userKey, string? attribute, string error);
}
