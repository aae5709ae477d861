namespace UserStore;

/// <summary>Thrown when a continuation token is truncated, altered, or was created for another query. No request was sent.</summary>
public sealed class InvalidContinuationTokenException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="InvalidContinuationTokenException"/> class.</summary>
    /// <param name="reason">The problem with the token, as the end of a sentence about it: <c>is truncated or altered</c>.</param>
    /// <param name="innerException">The error that occurred when the token was read, if any.</param>
    public InvalidContinuationTokenException(string reason, Exception? innerException = null)
        : base($"The continuation token {reason}. Start again from the first page.", innerException)
    {
    }
}
