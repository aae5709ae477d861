namespace UserStore.Testing;

/// <summary>Thrown when no local DynamoDB can be had. The message says what to install or set.</summary>
public sealed class LocalDynamoDbException : Exception
{
    /// <summary>Initializes a new instance of the <see cref="LocalDynamoDbException"/> class.</summary>
    /// <param name="message">What is missing and what to do.</param>
    /// <param name="innerException">The error met, if any.</param>
    public LocalDynamoDbException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
