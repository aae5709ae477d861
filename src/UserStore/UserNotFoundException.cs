namespace UserStore;

/// <summary>Thrown when a call needs a user that does not exist or has expired.</summary>
public sealed class UserNotFoundException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserNotFoundException"/> class.</summary>
    /// <param name="userId">The id that was asked for.</param>
    /// <param name="innerException">The error the database reported, if one did.</param>
    public UserNotFoundException(string userId, Exception? innerException = null)
        : base($"User '{userId}' does not exist.", innerException)
        => UserId = userId;

    /// <summary>Gets the id that was asked for.</summary>
    public string UserId { get; }
}
