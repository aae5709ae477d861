namespace UserStore;

/// <summary>Thrown when DynamoDB refused a request because too many came at once. Transient.</summary>
public sealed class UserStoreThrottledException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserStoreThrottledException"/> class.</summary>
    /// <param name="message">What was tried.</param>
    /// <param name="innerException">The error the database reported, if one did.</param>
    public UserStoreThrottledException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override bool IsTransient => true;
}
