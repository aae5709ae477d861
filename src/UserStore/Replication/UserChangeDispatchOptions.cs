namespace UserStore.Replication;

/// <summary>Says how changes are handed to a handler.</summary>
public sealed record UserChangeDispatchOptions
{
    /// <summary>Gets how many users' changes are handled at the same time.</summary>
    /// <value>1 to 256. The default is 16.</value>
    public int Concurrency { get; init; } = 16;

    /// <summary>Gets how often a change is tried before it is reported as failed.</summary>
    /// <value>1 to 10. The default is 3.</value>
    public int Tries { get; init; } = 3;

    /// <summary>Gets the longest pause after the first try; it doubles after each, and its length is random.</summary>
    /// <value>0 to 10 seconds. The default is 50 milliseconds.</value>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    internal UserChangeDispatchOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Concurrency, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Concurrency, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(Tries, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Tries, 10);
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FirstDelay, TimeSpan.FromSeconds(10));
        return this;
    }
}
