namespace UserStore;

/// <summary>Thrown when DynamoDB could not be reached, failed, answered nonsense, or refused the caller.</summary>
/// <remarks>A write that may have been applied ends as <see cref="UserWriteOutcomeUnknownException"/> instead.</remarks>
public sealed class UserStoreUnavailableException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserStoreUnavailableException"/> class.</summary>
    /// <param name="message">What was tried and what came of it.</param>
    /// <param name="innerException">The error the SDK reported, if one did.</param>
    /// <param name="isTransient">Whether a repetition may help: true for outages, false for missing permissions or credentials.</param>
    public UserStoreUnavailableException(string message, Exception? innerException = null, bool isTransient = true)
        : base(message, innerException)
        => IsTransient = isTransient;

    /// <inheritdoc/>
    public override bool IsTransient { get; }
}
