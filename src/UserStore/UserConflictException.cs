namespace UserStore;

/// <summary>Thrown when a write expected one revision of a user and the table held another, or none.</summary>
public sealed class UserConflictException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserConflictException"/> class.</summary>
    /// <param name="userId">The user whose write was refused.</param>
    /// <param name="expectedVersion">The version the write meant to replace; <see langword="null"/> for a user without a version.</param>
    /// <param name="actualVersion">The version found; <see langword="null"/> if the user is gone or has no version.</param>
    /// <param name="userWasDeleted">Whether the user does not exist any more.</param>
    /// <param name="innerException">The error the database reported, if one did.</param>
    public UserConflictException(
        string userId, long? expectedVersion, long? actualVersion, bool userWasDeleted = false, Exception? innerException = null)
        : base(Describe(userId, expectedVersion, actualVersion, userWasDeleted), innerException)
        => (UserId, ExpectedVersion, ActualVersion, UserWasDeleted) = (userId, expectedVersion, actualVersion, userWasDeleted);

    /// <summary>Gets the user whose write was refused.</summary>
    public string UserId { get; }

    /// <summary>Gets the version the write meant to replace; <see langword="null"/> for a user without a version.</summary>
    public long? ExpectedVersion { get; }

    /// <summary>Gets the version found; <see langword="null"/> if the user is gone or has no version.</summary>
    /// <remarks>Equals <see cref="ExpectedVersion"/> when the user was deleted and created again, or when the copy in hand lost its write
    /// id.</remarks>
    public long? ActualVersion { get; }

    /// <summary>Gets a value indicating whether the user does not exist any more.</summary>
    public bool UserWasDeleted { get; }

    private static string Describe(string userId, long? expected, long? actual, bool gone)
    {
        string subject = $"User '{userId}' was expected {Name(expected)}";
        if (gone)
            return $"{subject} but does not exist any more.";
        if (expected == actual)
            return $"{subject}, but the stored one was written by somebody else. Read it again and reapply the change.";
        return $"{subject} but is {Name(actual)}. Read it again and reapply the change.";
    }

    private static string Name(long? version) => version is null ? "without a version" : $"at version {version}";
}
