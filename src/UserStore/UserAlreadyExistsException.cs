namespace UserStore;

/// <summary>Thrown when a user is created with an id that another user has. The other user is unchanged.</summary>
public sealed class UserAlreadyExistsException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserAlreadyExistsException"/> class.</summary>
    /// <param name="userId">The id that is already in use.</param>
    /// <param name="innerException">The error that DynamoDB reported, if any.</param>
    public UserAlreadyExistsException(string userId, Exception? innerException = null)
        : base($"User '{userId}' already exists. Choose another id, or update that user.", innerException)
        => UserId = userId;

    /// <summary>Gets the id that is already in use.</summary>
    public string UserId { get; }
}
