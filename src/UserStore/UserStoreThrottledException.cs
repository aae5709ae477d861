namespace UserStore;

/// <summary>Thrown when DynamoDB rejected a request because it received too many at once. Transient.</summary>
public sealed class UserStoreThrottledException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserStoreThrottledException"/> class.</summary>
    /// <param name="message">The request that was throttled, and what to do.</param>
    /// <param name="innerException">The error that DynamoDB reported, if any.</param>
    public UserStoreThrottledException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override bool IsTransient => true;
}
