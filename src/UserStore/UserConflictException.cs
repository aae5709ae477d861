namespace UserStore;

/// <summary>Thrown when a write expected one revision of a user and the table contains another, or none.</summary>
public sealed class UserConflictException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserConflictException"/> class.</summary>
    /// <param name="key">The user whose write was rejected.</param>
    /// <param name="expectedVersion">The version to be replaced; <see langword="null"/> for a user without a version.</param>
    /// <param name="actualVersion">The stored version; <see langword="null"/> if the user no longer exists or has no version.</param>
    /// <param name="userWasDeleted">Whether the user no longer exists.</param>
    /// <param name="innerException">The error that DynamoDB reported, if any.</param>
    public UserConflictException(
        UserKey key, long? expectedVersion, long? actualVersion, bool userWasDeleted = false, Exception? innerException = null)
        : base(Describe(key, expectedVersion, actualVersion, userWasDeleted), innerException)
        => (Key, ExpectedVersion, ActualVersion, UserWasDeleted) = (key, expectedVersion, actualVersion, userWasDeleted);

    /// <summary>Gets the user whose write was rejected.</summary>
    public UserKey Key { get; }

    /// <summary>Gets the version to be replaced; <see langword="null"/> for a user without a version.</summary>
    public long? ExpectedVersion { get; }

    /// <summary>Gets the stored version; <see langword="null"/> if the user no longer exists or has no version.</summary>
    /// <remarks>Equals <see cref="ExpectedVersion"/> if the user was deleted and recreated, or if the caller's copy lost its write
    /// id.</remarks>
    public long? ActualVersion { get; }

    /// <summary>Gets a value indicating whether the user no longer exists.</summary>
    public bool UserWasDeleted { get; }

    private static string Describe(UserKey key, long? expected, long? actual, bool wasDeleted)
    {
        string subject = $"User '{key}' was expected {Name(expected)}";
        if (wasDeleted)
            return $"{subject} but no longer exists.";
        if (expected == actual)
            return $"{subject}, but the stored revision was written concurrently. Read the user again and reapply the change.";
        return $"{subject} but is {Name(actual)}. Read it again and reapply the change.";
    }

    private static string Name(long? version) => version is null ? "without a version" : $"at version {version}";
}
