namespace UserStore.Replication;

/// <summary>Specifies how changes are dispatched to handlers. Named like the options of the store.</summary>
public sealed class UserChangeDispatchOptions
{
    private const int MaxMaxConcurrency = 256;
    private const int MaxMaxAttempts = 10;

    private static readonly TimeSpan MaxBaseDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(15); // AWS Lambda Developer Guide, "Lambda quotas"

    /// <summary>Gets or sets the maximum number of users whose changes are handled concurrently.</summary>
    /// <value>1 to 256. The default is 16.</value>
    public int MaxConcurrency { get; set; } = 16;

    /// <summary>Gets or sets the maximum number of attempts to handle a change before it is reported as failed.</summary>
    /// <value>1 to 10. The default is 3.</value>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Gets or sets the ceiling of the random delay after the first attempt. It doubles after each further attempt.</summary>
    /// <value>0 to 10 seconds. The default is 50 milliseconds.</value>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Gets or sets how long a dispatch handles changes, from the beginning of <c>DispatchAsync</c>.</summary>
    /// <value>100 milliseconds to 15 minutes, which is the maximum timeout of a Lambda function. The default is <see langword="null"/>: a
    /// dispatch has no timeout.</value>
    /// <remarks>
    /// After the timeout, no further change is attempted, the token of each change in progress is canceled, and all records that were not handled
    /// are reported as failed. A handler that does not end within 1 second after that is abandoned: it continues in the background, and its
    /// outcome is ignored. The result is therefore returned within the timeout and 1 second, unless a handler blocks its thread. In a function,
    /// choose a timeout that leaves time to write the response: a function that is stopped before fails the whole batch.
    /// </remarks>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Returns a sentence for each property that is outside its range.</summary>
    internal IEnumerable<string> Validate()
    {
        if (MaxConcurrency is < 1 or > MaxMaxConcurrency)
            yield return $"MaxConcurrency is {MaxConcurrency}, but must be between 1 and {MaxMaxConcurrency}.";
        if (MaxAttempts is < 1 or > MaxMaxAttempts)
            yield return $"MaxAttempts is {MaxAttempts}, but must be between 1 and {MaxMaxAttempts}.";
        if (BaseDelay < TimeSpan.Zero || BaseDelay > MaxBaseDelay)
            yield return $"BaseDelay is {BaseDelay}, but must be between {TimeSpan.Zero} and {MaxBaseDelay}.";
        if (Timeout < MinTimeout || Timeout > MaxTimeout)
            yield return $"Timeout is {Timeout}, but must be between {MinTimeout} and {MaxTimeout}, or null.";
    }
}
