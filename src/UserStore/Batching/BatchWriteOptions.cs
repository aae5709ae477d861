namespace UserStore;

/// <summary>Specifies how a batch is written.</summary>
/// <typeparam name="TItem">The type of the items: users, or the IDs of users to delete.</typeparam>
public sealed class BatchWriteOptions<TItem>
{
    /// <summary>Gets or sets the maximum number of concurrent requests. The batch halves the number of concurrent requests when DynamoDB
    /// throttles, and raises it again slowly when throttling ends.</summary>
    /// <value>1 to 256. The default is 16.</value>
    public int MaxConcurrency { get; set; } = 16;

    /// <summary>Gets or sets the retry options, which apply to each request of the batch separately.</summary>
    /// <value>Within the ranges of <see cref="UserStoreRetryOptions"/>. The default is <see langword="null"/>: the options in
    /// <see cref="UserStoreOptions.Retry"/> apply.</value>
    public UserStoreRetryOptions? Retry { get; set; }

    /// <summary>Gets or sets the timeout of the whole batch. When it elapses, the batch ends even if items remain.</summary>
    /// <value>Greater than zero. The default is <see langword="null"/>: no timeout.</value>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Gets or sets a value indicating whether the batch stops sending requests after the first item that was not written.</summary>
    /// <value>The default is <see langword="false"/>: the remaining items are written.</value>
    public bool StopOnFirstFailure { get; set; }

    /// <summary>Gets or sets how duplicate keys are handled among the items that are not yet sent, which are up to 100. For duplicates that
    /// are farther apart, the second create fails because the user exists, and the replace that is applied last wins: that of the last item,
    /// unless an earlier one is still being retried.</summary>
    /// <value>The default is <see cref="BatchDuplicates.Reject"/>.</value>
    public BatchDuplicates Duplicates { get; set; } = BatchDuplicates.Reject;

    /// <summary>Gets or sets the callback that receives each item that was not written, as soon as that is known. Calls do not
    /// overlap.</summary>
    /// <value>The default is <see langword="null"/>. An exception that the callback throws ends the batch, and the batch call
    /// throws it.</value>
    public Func<BatchItemFailure<TItem>, ValueTask>? OnItemFailed { get; set; }

    /// <summary>Gets or sets the provider that receives progress updates: about ten times a second, and at the end.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public IProgress<BatchProgress>? Progress { get; set; }
}

/// <summary>Specifies how duplicate keys are handled among the items of a batch that are not yet sent.</summary>
public enum BatchDuplicates
{
    /// <summary>The later item is rejected.</summary>
    Reject,

    /// <summary>The later item replaces the earlier one, which counts as superseded.</summary>
    LastWins,
}
