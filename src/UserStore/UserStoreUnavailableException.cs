namespace UserStore;

/// <summary>Thrown when DynamoDB cannot be reached, fails, returns an invalid response, or denies the caller's request.</summary>
/// <remarks>A write that may have been applied throws <see cref="UserWriteOutcomeUnknownException"/> instead.</remarks>
public sealed class UserStoreUnavailableException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserStoreUnavailableException"/> class.</summary>
    /// <param name="message">The request that failed, the reason, and what to do.</param>
    /// <param name="innerException">The error that the SDK reported, if any.</param>
    /// <param name="isTransient">Whether a retry may succeed: <see langword="true"/> for outages, <see langword="false"/> for missing permissions
    /// or credentials.</param>
    public UserStoreUnavailableException(string message, Exception? innerException = null, bool isTransient = true)
        : base(message, innerException)
        => IsTransient = isTransient;

    /// <inheritdoc/>
    public override bool IsTransient { get; }
}
