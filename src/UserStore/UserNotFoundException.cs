namespace UserStore;

/// <summary>Thrown when an operation requires a user that does not exist or has expired.</summary>
public sealed class UserNotFoundException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserNotFoundException"/> class.</summary>
    /// <param name="key">The requested key.</param>
    /// <param name="innerException">The error that DynamoDB reported, if any.</param>
    public UserNotFoundException(UserKey key, Exception? innerException = null)
        : base($"User '{key}' does not exist.", innerException)
        => Key = key;

    /// <summary>Gets the requested key.</summary>
    public UserKey Key { get; }
}
