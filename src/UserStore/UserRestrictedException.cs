namespace UserStore;

/// <summary>Thrown when a user whose processing is restricted is changed or deleted. Nothing is written.</summary>
public sealed class UserRestrictedException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserRestrictedException"/> class.</summary>
    /// <param name="key">The key of the restricted user.</param>
    /// <param name="innerException">The error that DynamoDB reported, if any.</param>
    public UserRestrictedException(UserKey key, Exception? innerException = null)
        : base(
            $"The processing of user '{key}' is restricted. Release the user with IUserPrivacy.ReleaseAsync before it is changed or deleted.",
            innerException)
        => Key = key;

    /// <summary>Gets the key of the restricted user.</summary>
    public UserKey Key { get; }
}
