namespace UserStore;

/// <summary>Thrown when a write would give a user a unique value, such as an email, that another user has. Nothing was written.</summary>
public sealed class UserValueInUseException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserValueInUseException"/> class.</summary>
    /// <param name="propertyName">The name of the property whose value is in use.</param>
    /// <param name="ownerKey">The key of the user who has the value.</param>
    /// <param name="innerException">The error that DynamoDB reported, if any.</param>
    public UserValueInUseException(string propertyName, UserKey ownerKey, Exception? innerException = null)
        : base($"{propertyName} is in use by user '{ownerKey}'. Choose another value, or change that user first.", innerException)
        => (PropertyName, OwnerKey) = (propertyName, ownerKey);

    /// <summary>Gets the name of the property whose value is in use.</summary>
    public string PropertyName { get; }

    /// <summary>Gets the key of the user who has the value.</summary>
    public UserKey OwnerKey { get; }
}
