namespace UserStore.Replication;

/// <summary>Specifies how changes are dispatched to handlers. Named like the options of the store.</summary>
public sealed class UserChangeDispatchOptions
{
    private const int MaxMaxConcurrency = 256;
    private const int MaxMaxAttempts = 10;

    private static readonly TimeSpan MaxBaseDelay = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets the maximum number of users whose changes are handled concurrently.</summary>
    /// <value>1 to 256. The default is 16.</value>
    public int MaxConcurrency { get; set; } = 16;

    /// <summary>Gets or sets the maximum number of attempts to handle a change before it is reported as failed.</summary>
    /// <value>1 to 10. The default is 3.</value>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Gets or sets the ceiling of the random delay after the first attempt. It doubles after each further attempt.</summary>
    /// <value>0 to 10 seconds. The default is 50 milliseconds.</value>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns a sentence for each property that is outside its range.</summary>
    internal IEnumerable<string> Validate()
    {
        if (MaxConcurrency is < 1 or > MaxMaxConcurrency)
            yield return $"MaxConcurrency is {MaxConcurrency}, but must be between 1 and {MaxMaxConcurrency}.";
        if (MaxAttempts is < 1 or > MaxMaxAttempts)
            yield return $"MaxAttempts is {MaxAttempts}, but must be between 1 and {MaxMaxAttempts}.";
        if (BaseDelay < TimeSpan.Zero || BaseDelay > MaxBaseDelay)
            yield return $"BaseDelay is {BaseDelay}, but must be between {TimeSpan.Zero} and {MaxBaseDelay}.";
    }
}
