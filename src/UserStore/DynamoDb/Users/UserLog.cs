using Microsoft.Extensions.Logging;

namespace UserStore.DynamoDb.Users;

/// <summary>The log events of stored users. Their ids do not change.</summary>
internal static partial class UserLog
{
    [LoggerMessage(104, LogLevel.Warning, "User {UserKey} in {Table} cannot be read: attribute {Attribute} caused {Error}.")]
    public static partial void Unreadable(ILogger logger, string table, UserKey? userKey, string? attribute, string error);

    [LoggerMessage(105, LogLevel.Information, "Users of type {UserType} in {Table} are mapped by the generated mapping.")]
    public static partial void GeneratedMapping(ILogger logger, string userType, string table);

    [LoggerMessage(106, LogLevel.Warning, "Users of type {UserType} in {Table} are mapped by the SDK's context, not by the generated mapping. {Problem}")]
    public static partial void ContextInstead(ILogger logger, string userType, string table, string problem);
}
