namespace UserStore;

/// <summary>Represents the outcome of a batch.</summary>
/// <typeparam name="TItem">The type of the items: users, or the IDs of users to delete.</typeparam>
/// <remarks><see cref="Read"/> is the sum of all other counts.</remarks>
public sealed record BatchWriteResult<TItem>
{
    /// <summary>The maximum number of items in <see cref="Failures"/>.</summary>
    public const int MaxFailures = 1_000;

    /// <summary>Gets the number of items that were read from the sequence.</summary>
    public long Read { get; init; }

    /// <summary>Gets the number of items that were written.</summary>
    public long Written { get; init; }

    /// <summary>Gets the number of deletes for which no user existed.</summary>
    public long NotFound { get; init; }

    /// <summary>Gets the number of items that a later item with the same key replaced.</summary>
    public long Superseded { get; init; }

    /// <summary>Gets the number of items that were rejected and changed nothing.</summary>
    public long Rejected { get; init; }

    /// <summary>Gets the number of items that were sent and whose outcome cannot be determined. Each was written once or not at all.</summary>
    public long Unknown { get; init; }

    /// <summary>Gets the number of items that were read from the sequence and not sent.</summary>
    public long NotAttempted { get; init; }

    /// <summary>Gets the first 1,000 items that were not written, in the order in which their failures became known.</summary>
    public IReadOnlyList<BatchItemFailure<TItem>> Failures { get; init; } = [];

    /// <summary>Gets the capacity units that the requests consumed, as reported by DynamoDB.</summary>
    public double ConsumedCapacity { get; init; }

    /// <summary>Gets the reason why the batch ended.</summary>
    public BatchCompletionReason CompletionReason { get; init; }

    /// <summary>Gets the exception that the sequence threw, if <see cref="CompletionReason"/> is
    /// <see cref="BatchCompletionReason.SequenceFailed"/>.</summary>
    public Exception? SequenceError { get; init; }

    /// <summary>Gets a value indicating whether the whole sequence was read and no item failed.</summary>
    public bool IsComplete => CompletionReason == BatchCompletionReason.Completed && Rejected + Unknown + NotAttempted == 0;
}

/// <summary>Represents an item of a batch that was not written.</summary>
/// <typeparam name="TItem">The type of the item.</typeparam>
/// <param name="Position">The zero-based position of the item in the sequence.</param>
/// <param name="Item">The item that the caller supplied; <see langword="null"/> if the sequence contained a null.</param>
/// <param name="Key">The key of the user, including one that the store generated; <see langword="null"/> if there is none.</param>
/// <param name="Reason">The reason why the item was not written.</param>
/// <param name="Error">The exception that a single write of the item would have thrown; <see langword="null"/> if the item was not
/// attempted.</param>
public sealed record BatchItemFailure<TItem>(
    long Position, TItem? Item, UserKey? Key, BatchItemFailureReason Reason, UserStoreException? Error)
{
    /// <summary>Returns the position, the ID, the reason and the type of the error, and no other values of the user.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => $"{Reason} {{ Position = {Position}, Key = {Key}, Error = {Error?.GetType().Name} }}";
}

/// <summary>Specifies why an item of a batch was not written.</summary>
public enum BatchItemFailureReason
{
    /// <summary>The item was rejected, or its write failed without being applied. The error contains the cause.</summary>
    Rejected,

    /// <summary>The item was sent, and its outcome cannot be determined: it was written once or not at all. The error is a
    /// <see cref="UserWriteOutcomeUnknownException"/>, whose inner exception contains the reason.</summary>
    Unknown,

    /// <summary>The batch ended before the item was sent.</summary>
    NotAttempted,
}

/// <summary>Specifies why a batch ended.</summary>
public enum BatchCompletionReason
{
    /// <summary>The sequence was read to its end.</summary>
    Completed,

    /// <summary>The cancellation token was canceled.</summary>
    Cancelled,

    /// <summary>The timeout of the batch elapsed.</summary>
    TimedOut,

    /// <summary>An item was not written, and <see cref="BatchWriteOptions{TItem}.StopOnFirstFailure"/> is set.</summary>
    StoppedOnFailure,

    /// <summary>The sequence threw an exception. The items that it returned before were written.</summary>
    SequenceFailed,
}

/// <summary>Represents the progress of a batch.</summary>
/// <param name="Written">The number of items that were written, or deletes for which no user existed.</param>
/// <param name="Failed">The number of items that were not written.</param>
/// <param name="Retried">The number of retried requests.</param>
/// <param name="ItemsPerSecond">The average number of processed items per second.</param>
/// <param name="IsThrottled">Whether the number of concurrent requests is reduced because DynamoDB throttles.</param>
public sealed record BatchProgress(long Written, long Failed, long Retried, double ItemsPerSecond, bool IsThrottled);
