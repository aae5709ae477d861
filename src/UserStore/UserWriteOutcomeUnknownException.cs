namespace UserStore;

/// <summary>Thrown when a write was sent and no answer came in time: it was applied once or not at all.</summary>
/// <remarks>
/// Not transient: the same call, made anew, is another write. Read the user to see what is stored. A create may be repeated with the id in
/// <see cref="UserId"/>: if the first one was applied, the second ends as <see cref="UserAlreadyExistsException"/>.
/// </remarks>
public sealed class UserWriteOutcomeUnknownException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserWriteOutcomeUnknownException"/> class.</summary>
    /// <param name="userId">The user whose write may have been applied.</param>
    /// <param name="innerException">The last error that was met, if one was.</param>
    public UserWriteOutcomeUnknownException(string userId, Exception? innerException = null)
        : base(
            $"The write of user '{userId}' got no answer; it may have been applied. Read the user to see what is stored.", innerException)
        => UserId = userId;

    /// <summary>Gets the user whose write may have been applied; also when the store made the id.</summary>
    public string UserId { get; }
}
