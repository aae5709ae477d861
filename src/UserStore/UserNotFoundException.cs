namespace UserStore;

/// <summary>Thrown when an operation requires a user that does not exist or has expired.</summary>
public sealed class UserNotFoundException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserNotFoundException"/> class.</summary>
    /// <param name="userId">The requested id.</param>
    /// <param name="innerException">The error that DynamoDB reported, if any.</param>
    public UserNotFoundException(string userId, Exception? innerException = null)
        : base($"User '{userId}' does not exist.", innerException)
        => UserId = userId;

    /// <summary>Gets the requested id.</summary>
    public string UserId { get; }
}
