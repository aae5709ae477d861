namespace UserStore;

/// <summary>Thrown when a user is created with an id that another user has. The other user is unchanged.</summary>
public sealed class UserAlreadyExistsException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserAlreadyExistsException"/> class.</summary>
    /// <param name="key">The id that is already in use.</param>
    /// <param name="innerException">The error that DynamoDB reported, if any.</param>
    public UserAlreadyExistsException(UserKey key, Exception? innerException = null)
        : base($"User '{key}' already exists. Choose another id, or update that user.", innerException)
        => Key = key;

    /// <summary>Gets the id that is already in use.</summary>
    public UserKey Key { get; }
}
