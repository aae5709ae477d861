namespace UserStore.Replication;

/// <summary>Specifies how a walk compares or rebuilds source and target.</summary>
public sealed record UserReplicationWalkOptions
{
    private const int SegmentLimit = 1000;
    private const int ConcurrencyLimit = 256;

    /// <summary>Gets the number of segments into which each table is divided. Up to 16 are read in parallel.</summary>
    /// <value>1 to 1,000. The default is 4. A walk must be resumed with the number it started with.</value>
    public int TotalSegments { get; init; } = 4;

    /// <summary>Gets the maximum number of users of each page that are read again or written concurrently.</summary>
    /// <value>1 to 256. The default is 8.</value>
    public int MaxConcurrency { get; init; } = 8;

    /// <summary>Gets the <see cref="UserReplicationPage.ContinuationToken"/> of the last page that was processed, to resume a walk of the same
    /// kind.</summary>
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
