namespace UserStore;

/// <summary>Thrown when a user is created with a key that another user, or an item of another kind, has. What is stored is unchanged.</summary>
public sealed class UserAlreadyExistsException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserAlreadyExistsException"/> class.</summary>
    /// <param name="key">The key that is already in use.</param>
    /// <param name="innerException">The error that DynamoDB reported, if any.</param>
    public UserAlreadyExistsException(UserKey key, Exception? innerException = null)
        : base($"User '{key}' already exists. Choose another id, or update that user.", innerException)
        => Key = key;

    private UserAlreadyExistsException(string message, UserKey key, Exception? innerException)
        : base(message, innerException)
        => Key = key;

    /// <summary>Gets the key that is already in use.</summary>
    public UserKey Key { get; }

    internal static UserAlreadyExistsException ForOtherKind(UserKey key, Exception innerException)
        => new($"The key '{key}' holds an item that is not a user. Choose another key.", key, innerException);

    internal static UserAlreadyExistsException ForRestricted(UserKey key, Exception? innerException = null)
        => new($"User '{key}' already exists, and its processing is restricted. Choose another id, or release that user with "
            + "IUserPrivacy.ReleaseAsync.", key, innerException);
}
