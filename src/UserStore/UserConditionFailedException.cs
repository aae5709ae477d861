namespace UserStore;

/// <summary>Thrown when the condition of a partial update failed. Nothing was changed.</summary>
public sealed class UserConditionFailedException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserConditionFailedException"/> class.</summary>
    /// <param name="key">The user that was not changed.</param>
    /// <param name="actualVersion">The version of the user that does not meet the condition; <see langword="null"/> if it has none.</param>
    /// <param name="innerException">The error that DynamoDB reported, if any.</param>
    public UserConditionFailedException(UserKey key, long? actualVersion, Exception? innerException = null)
        : base($"User '{key}' does not meet the condition of the update. Nothing was changed.", innerException)
        => (Key, ActualVersion) = (key, actualVersion);

    /// <summary>Gets the user that was not changed.</summary>
    public UserKey Key { get; }

    /// <summary>Gets the version of the user that does not meet the condition; <see langword="null"/> if it has none.</summary>
    public long? ActualVersion { get; }
}
