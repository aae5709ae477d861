namespace UserStore;

/// <summary>Says how a batch is written.</summary>
/// <typeparam name="TItem">What is written: users, or ids of users to delete.</typeparam>
public sealed class BatchWriteOptions<TItem>
{
    /// <summary>Gets or sets how many requests may be on their way at a time. The number halves when DynamoDB throttles, and creeps up again
    /// when it does not.</summary>
    /// <value>1 to 256. The default is 16.</value>
    public int MaxConcurrency { get; set; } = 16;

    /// <summary>Gets or sets how the requests of the batch are repeated, each request for itself.</summary>
    /// <value>Within the ranges of <see cref="UserStoreRetryOptions"/>. The default is <see langword="null"/>: as
    /// <see cref="UserStoreOptions.Retry"/> says.</value>
    public UserStoreRetryOptions? Retry { get; set; }

    /// <summary>Gets or sets when the batch ends, finished or not, counted from its beginning.</summary>
    /// <value>More than zero. The default is <see langword="null"/>: when it is finished.</value>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Gets or sets a value indicating whether nothing more is sent after the first item that was not written.</summary>
    /// <value>The default is <see langword="false"/>: all others are written.</value>
    public bool StopOnFirstFailure { get; set; }

    /// <summary>Gets or sets what happens to a key that occurs twice among items that are not yet sent, which are up to 100. Farther apart,
    /// creates meet their condition, and of replaces the last one wins.</summary>
    /// <value>The default is <see cref="BatchDuplicates.Reject"/>.</value>
    public BatchDuplicates Duplicates { get; set; } = BatchDuplicates.Reject;

    /// <summary>Gets or sets what receives every item that was not written, as it happens; one at a time.</summary>
    /// <value>The default is <see langword="null"/>. What it throws ends the batch and is thrown by the call.</value>
    public Func<BatchItemFailure<TItem>, ValueTask>? OnItemFailed { get; set; }

    /// <summary>Gets or sets what is told how far the batch has come: about ten times a second, and at the end.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public IProgress<BatchProgress>? Progress { get; set; }
}

/// <summary>Says what happens to a key that occurs twice among items that are not yet sent.</summary>
public enum BatchDuplicates
{
    /// <summary>The later item is rejected.</summary>
    Reject,

    /// <summary>The later item takes the place of the earlier one, which counts as superseded.</summary>
    LastWins,
}
