namespace UserStore.Replication;

/// <summary>Says how source and target are walked to be compared or rebuilt.</summary>
public sealed record UserReplicationWalkOptions
{
    private const int MaxSegments = 1000;
    private const int MaxConcurrency = 256;

    /// <summary>Gets into how many segments each table is divided. Up to 16 are read at the same time.</summary>
    /// <value>1 to 1,000. The default is 4. A walk is resumed with as many as it began with.</value>
    public int Segments { get; init; } = 4;

    /// <summary>Gets how many users of each page are read again or written at the same time.</summary>
    /// <value>1 to 256. The default is 8.</value>
    public int Concurrency { get; init; } = 8;

    /// <summary>Gets where to go on: the <see cref="UserReplicationPage.Checkpoint"/> of the last page of a walk of the same kind that was
    /// dealt with.</summary>
    /// <value>The default is <see langword="null"/>: a new walk.</value>
    public string? ResumeFrom { get; init; }

    internal UserReplicationWalkOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Segments, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Segments, MaxSegments);
        ArgumentOutOfRangeException.ThrowIfLessThan(Concurrency, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Concurrency, MaxConcurrency);
        return this;
    }
}
