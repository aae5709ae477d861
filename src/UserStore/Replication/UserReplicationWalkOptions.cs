namespace UserStore.Replication;

/// <summary>Says how source and target are walked to be compared or rebuilt.</summary>
public sealed record UserReplicationWalkOptions
{
    private const int SegmentLimit = 1000;
    private const int ConcurrencyLimit = 256;

    /// <summary>Gets into how many segments each table is divided. Up to 16 are read at the same time.</summary>
    /// <value>1 to 1,000. The default is 4. A walk is resumed with as many as it began with.</value>
    public int TotalSegments { get; init; } = 4;

    /// <summary>Gets how many users of each page are read again or written at the same time.</summary>
    /// <value>1 to 256. The default is 8.</value>
    public int MaxConcurrency { get; init; } = 8;

    /// <summary>Gets where to go on: the <see cref="UserReplicationPage.ContinuationToken"/> of the last page of a walk of the same kind that was
    /// dealt with.</summary>
    /// <value>The default is <see langword="null"/>: a new walk.</value>
    public string? ResumeFrom { get; init; }

    internal UserReplicationWalkOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(TotalSegments, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TotalSegments, SegmentLimit);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrency, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxConcurrency, ConcurrencyLimit);
        return this;
    }
}
