namespace UserStore;

/// <summary>Specifies how requests are retried that were throttled, conflicted with a running transaction, or received no response.</summary>
/// <remarks>
/// <para>
/// Each delay is random between zero and a ceiling, which starts at <see cref="BaseDelay"/> and doubles with every delay of the call up to
/// <see cref="MaxDelay"/> (exponential backoff with full jitter).
/// </para>
/// <para>
/// On a client that UserStore creates, the SDK's own retries are disabled. A client that the service registered keeps its own retries; then
/// these options apply only to requests that conflicted with a running transaction, to items that DynamoDB left unprocessed, and to writes that
/// other writers overtook, and <see cref="AttemptTimeout"/> does not apply. If <c>MaxErrorRetry</c> and <c>MaxStaleConnectionRetries</c> of such
/// a client are both 0, it does not retry by itself, and these options apply as with a client that UserStore creates.
/// </para>
/// </remarks>
public sealed class UserStoreRetryOptions
{
    // Half of the ten minutes for which a token of a transaction is known; Amazon DynamoDB API Reference, "TransactWriteItems".
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how long a call retries its requests: no attempt starts later.</summary>
    /// <value>0 to 5 minutes; 0 for a single attempt. The default is 30 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long one attempt waits for its response.</summary>
    /// <value>10 milliseconds to 1 minute. The default is 10 seconds.</value>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets the ceiling of the first delay.</summary>
    /// <value>1 millisecond to 1 minute. The default is 50 milliseconds.</value>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Gets or sets the ceiling of all delays.</summary>
    /// <value>1 millisecond to 1 minute, not less than <see cref="BaseDelay"/>. The default is 5 seconds.</value>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Returns a copy with another timeout.</summary>
    internal UserStoreRetryOptions With(TimeSpan timeout)
        => new() { Timeout = timeout, AttemptTimeout = AttemptTimeout, BaseDelay = BaseDelay, MaxDelay = MaxDelay };

    /// <summary>Returns a copy whose values do not exceed the given ones.</summary>
    internal UserStoreRetryOptions AtMost(
        TimeSpan? timeout = null, TimeSpan? attemptTimeout = null, TimeSpan? baseDelay = null, TimeSpan? maxDelay = null)
    {
        return new()
        {
            Timeout = Min(Timeout, timeout),
            AttemptTimeout = Min(AttemptTimeout, attemptTimeout),
            BaseDelay = Min(BaseDelay, baseDelay),
            MaxDelay = Min(MaxDelay, maxDelay),
        };

        static TimeSpan Min(TimeSpan value, TimeSpan? limit) => value < limit || limit is null ? value : limit.Value;
    }

    /// <summary>Returns a sentence for each property that is outside its range.</summary>
    internal IEnumerable<string> Validate()
    {
        var minute = TimeSpan.FromMinutes(1);
        var millisecond = TimeSpan.FromMilliseconds(1);
        string?[] failures =
        [
            ViolatedRange(nameof(Timeout), Timeout, TimeSpan.Zero, MaxTimeout),
            ViolatedRange(nameof(AttemptTimeout), AttemptTimeout, TimeSpan.FromMilliseconds(10), minute),
            ViolatedRange(nameof(BaseDelay), BaseDelay, millisecond, minute),
            ViolatedRange(nameof(MaxDelay), MaxDelay, BaseDelay > millisecond ? BaseDelay : millisecond, minute),
        ];
        return failures.OfType<string>();
    }

    private static string? ViolatedRange(string name, TimeSpan value, TimeSpan min, TimeSpan max)
        => value < min || value > max ? $"Retry.{name} is {value}, but must be between {min} and {max}." : null;
}
