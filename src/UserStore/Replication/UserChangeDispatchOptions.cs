namespace UserStore.Replication;

/// <summary>Says how changes are handed to a handler.</summary>
public sealed record UserChangeDispatchOptions
{
    /// <summary>Gets how many users' changes are handled at the same time.</summary>
    /// <value>1 to 256. The default is 16.</value>
    public int MaxConcurrency { get; init; } = 16;

    /// <summary>Gets how often a change is tried before it is reported as failed.</summary>
    /// <value>1 to 10. The default is 3.</value>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Gets the longest pause after the first try; it doubles after each, and its length is random.</summary>
    /// <value>0 to 10 seconds. The default is 50 milliseconds.</value>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    internal UserChangeDispatchOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrency, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxConcurrency, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxAttempts, 10);
        ArgumentOutOfRangeException.ThrowIfLessThan(BaseDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BaseDelay, TimeSpan.FromSeconds(10));
        return this;
    }
}
