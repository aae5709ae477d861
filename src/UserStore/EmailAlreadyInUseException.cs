namespace UserStore;

/// <summary>Thrown when a write would give a user an email that another user has. Nothing was written.</summary>
public sealed class EmailAlreadyInUseException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="EmailAlreadyInUseException"/> class.</summary>
    /// <param name="ownerKey">The key of the user who has the email.</param>
    /// <param name="innerException">The error that DynamoDB reported, if any.</param>
    public EmailAlreadyInUseException(UserKey ownerKey, Exception? innerException = null)
        : base($"The email is in use by user '{ownerKey}'. Choose another one, or change that user first.", innerException)
        => OwnerKey = ownerKey;

    /// <summary>Gets the key of the user who has the email.</summary>
    public UserKey OwnerKey { get; }
}
