namespace UserStore.Testing;

/// <summary>Thrown when no local DynamoDB server is available. The message states what to install or set.</summary>
public sealed class LocalDynamoDbException : Exception
{
    /// <summary>Initializes a new instance of the <see cref="LocalDynamoDbException"/> class.</summary>
    /// <param name="message">The message, which states what is missing and what to do.</param>
    /// <param name="innerException">The exception that caused this one, if any.</param>
    public LocalDynamoDbException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Gets a value indicating whether the program of the server is not installed and could not be installed.</summary>
    public bool IsNotInstalled { get; init; }
}
