namespace UserStore;

/// <summary>What became of a batch.</summary>
/// <typeparam name="TItem">What was written: users, or ids of users to delete.</typeparam>
/// <remarks><see cref="Read"/> is the sum of all other counts.</remarks>
public sealed record BatchWriteResult<TItem>
{
    /// <summary>The most items that <see cref="Failures"/> holds.</summary>
    public const int MaxFailures = 1_000;

    /// <summary>Gets how many items were taken from the sequence.</summary>
    public long Read { get; init; }

    /// <summary>Gets how many items were written.</summary>
    public long Written { get; init; }

    /// <summary>Gets how many deletes found nobody to delete.</summary>
    public long NotFound { get; init; }

    /// <summary>Gets how many items gave way to a later one with the same key.</summary>
    public long Superseded { get; init; }

    /// <summary>Gets how many items were refused, and changed nothing.</summary>
    public long Rejected { get; init; }

    /// <summary>Gets how many items were sent without an answer: each was written once or not at all.</summary>
    public long Unknown { get; init; }

    /// <summary>Gets how many items were taken from the sequence and not sent.</summary>
    public long NotAttempted { get; init; }

    /// <summary>Gets the first 1,000 items that were not written, in the order in which that was known.</summary>
    public IReadOnlyList<BatchItemFailure<TItem>> Failures { get; init; } = [];

    /// <summary>Gets the capacity units that the requests consumed, as far as DynamoDB told.</summary>
    public double ConsumedCapacity { get; init; }

    /// <summary>Gets what ended the batch.</summary>
    public BatchCompletionReason CompletionReason { get; init; }

    /// <summary>Gets what the sequence threw, if <see cref="CompletionReason"/> is <see cref="BatchCompletionReason.SequenceFailed"/>.</summary>
    public Exception? SequenceError { get; init; }

    /// <summary>Gets a value indicating whether the whole sequence was read and nothing of it is left to do.</summary>
    public bool IsComplete => CompletionReason == BatchCompletionReason.Completed && Rejected + Unknown + NotAttempted == 0;
}

/// <summary>An item of a batch that was not written.</summary>
/// <typeparam name="TItem">The type of the item.</typeparam>
/// <param name="Position">Its place in the sequence, from 0.</param>
/// <param name="Item">The item as it was given; <see langword="null"/> if a null was.</param>
/// <param name="UserId">The id of the user, also when the store made it; <see langword="null"/> if there is none.</param>
/// <param name="Reason">Why it was not written.</param>
/// <param name="Error">The error that the same write alone would have ended with; <see langword="null"/> if it was not attempted.</param>
public sealed record BatchItemFailure<TItem>(
    long Position, TItem? Item, string? UserId, BatchItemFailureReason Reason, UserStoreException? Error)
{
    /// <summary>Returns the position, the id and the reason; never other values of the user.</summary>
    /// <returns>A text that is safe to log.</returns>
    public override string ToString() => $"{Reason} {{ Position = {Position}, UserId = {UserId}, Error = {Error?.GetType().Name} }}";
}

/// <summary>Says why an item of a batch was not written.</summary>
public enum BatchItemFailureReason
{
    /// <summary>It was refused, or given up before it was applied; the error tells why.</summary>
    Rejected,

    /// <summary>No answer came: it was written once or not at all.</summary>
    Unknown,

    /// <summary>The batch ended before it was sent.</summary>
    NotAttempted,
}

/// <summary>Says what ended a batch.</summary>
public enum BatchCompletionReason
{
    /// <summary>The end of the sequence.</summary>
    Completed,

    /// <summary>Cancellation.</summary>
    Cancelled,

    /// <summary>The deadline.</summary>
    TimedOut,

    /// <summary>An item that was not written, as the options asked.</summary>
    StoppedOnFailure,

    /// <summary>The sequence threw; what it gave before was written.</summary>
    SequenceFailed,
}

/// <summary>How far a batch has come.</summary>
/// <param name="Written">How many items were written, or found nothing to delete.</param>
/// <param name="Failed">How many items were not written.</param>
/// <param name="Retried">How many requests were sent again.</param>
/// <param name="ItemsPerSecond">How many items were done in a second, on average.</param>
/// <param name="IsThrottled">Whether fewer requests than allowed are sent at a time, because DynamoDB throttles.</param>
public sealed record BatchProgress(long Written, long Failed, long Retried, double ItemsPerSecond, bool IsThrottled);
