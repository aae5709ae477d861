namespace UserStore;

/// <summary>Represents a stored item that cannot be read as a user.</summary>
/// <param name="Key">The key of the user; <see langword="null"/> if the key itself cannot be read.</param>
/// <param name="AttributeName">The attribute that cannot be read; <see langword="null"/> if no single attribute causes the failure.</param>
/// <param name="Error">The name of the exception type that reading the attribute caused, such as <c>FormatException</c>.</param>
/// <remarks>Contains no values of the item, so that it is safe to log.</remarks>
public sealed record UnreadableUser(UserKey? Key, string? AttributeName, string Error);

/// <summary>Specifies what reading many users does with an item that cannot be read.</summary>
public enum UnreadableUsers
{
    /// <summary>The call throws a <see cref="UserStoreSchemaException"/> that names the user and the attribute.</summary>
    Throw,

    /// <summary>The item is reported, and reading continues.</summary>
    Report,
}
