namespace UserStore;

/// <summary>Thrown when a user is created under an id that another user has. The other user is unchanged.</summary>
public sealed class UserAlreadyExistsException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserAlreadyExistsException"/> class.</summary>
    /// <param name="userId">The id that is taken.</param>
    /// <param name="innerException">The error the database reported, if one did.</param>
    public UserAlreadyExistsException(string userId, Exception? innerException = null)
        : base($"User '{userId}' exists already. Choose another id, or update that user.", innerException)
        => UserId = userId;

    /// <summary>Gets the id that is taken.</summary>
    public string UserId { get; }
}
