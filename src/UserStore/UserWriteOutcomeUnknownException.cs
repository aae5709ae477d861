namespace UserStore;

/// <summary>Thrown when a write was sent and no response was received in time: it was applied once or not at all.</summary>
/// <remarks>
/// Not transient: calling the same method again is another write. Read the user to see what is stored. A create can be retried with the id in
/// <see cref="UserId"/>: if the first one was applied, the second throws <see cref="UserAlreadyExistsException"/>.
/// </remarks>
public sealed class UserWriteOutcomeUnknownException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserWriteOutcomeUnknownException"/> class.</summary>
    /// <param name="userId">The user whose write may have been applied.</param>
    /// <param name="innerException">The last error, if any.</param>
    public UserWriteOutcomeUnknownException(string userId, Exception? innerException = null)
        : base(
            $"No response was received to the write of user '{userId}', which may have been applied. Read the user to see what is stored.",
            innerException)
        => UserId = userId;

    /// <summary>Gets the user whose write may have been applied, also if the store generated the id.</summary>
    public string UserId { get; }
}
