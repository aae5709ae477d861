namespace UserStore;

/// <summary>Thrown when a write was sent and its outcome cannot be determined: it may have been applied, or may still be applied, but at most
/// once.</summary>
/// <remarks>
/// <para>
/// Not transient: calling the same method again is another write. Read the user to see what is stored. A create can be retried with the id in
/// <see cref="Key"/>: if the first one was applied, the second throws <see cref="UserAlreadyExistsException"/>.
/// </para>
/// <para>
/// The inner exception is the last error of the request if no response was received; the failure of the read that would have determined the
/// outcome; or, if a retry was rejected while the attempt whose response was lost may have been applied, the rejection, such as
/// <see cref="UserConflictException"/> or <see cref="UserValueInUseException"/>.
/// </para>
/// </remarks>
public sealed class UserWriteOutcomeUnknownException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserWriteOutcomeUnknownException"/> class.</summary>
    /// <param name="key">The user whose write may have been applied.</param>
    /// <param name="innerException">The reason why the outcome cannot be determined, if known.</param>
    public UserWriteOutcomeUnknownException(UserKey key, Exception? innerException = null)
        : base(
            $"The outcome of the write of user '{key}' is unknown: it may have been applied, or may still be. Read the user to see what is stored.",
            innerException)
        => Key = key;

    /// <summary>Gets the user whose write may have been applied, also if the store generated the id.</summary>
    public UserKey Key { get; }
}
