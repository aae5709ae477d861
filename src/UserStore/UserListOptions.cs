namespace UserStore;

/// <summary>Specifies how the whole table is read.</summary>
public sealed record UserListOptions
{
    private const int MaxSegments = 1_000_000; // Amazon DynamoDB API Reference, "Scan"

    /// <summary>Gets the number of users that DynamoDB reads for one page.</summary>
    /// <value>At least 1. The default is <see langword="null"/>: as many as fit into 1 MB.</value>
    public int? PageSize { get; init; }

    /// <summary>Gets the consistency of the reads.</summary>
    /// <value>The default is <see cref="ReadConsistency.Eventual"/>.</value>
    public ReadConsistency Consistency { get; init; }

    /// <summary>Gets the number of segments into which the table is divided. Up to 16 of them are scanned in parallel.</summary>
    /// <value>1 to 1,000,000 (Amazon DynamoDB API Reference, "Scan"). The default is 1: the pages are read one after the other.</value>
    public int TotalSegments { get; init; } = 1;

    /// <summary>Gets the positions from which to resume: for a segment, the token of its last page that was processed, or
    /// <see langword="null"/> if the segment is finished. Segments that are not listed are scanned from their start.</summary>
    /// <value>The default is empty. The tokens must belong to the same number of segments.</value>
    public IReadOnlyDictionary<int, string?> ResumeFrom { get; init; } = new Dictionary<int, string?>();

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Check()
    {
        if (PageSize is < 1)
            throw new ArgumentOutOfRangeException(nameof(PageSize), PageSize, "Must be at least 1.");
        if (!Enum.IsDefined(Consistency))
            throw new ArgumentOutOfRangeException(nameof(Consistency), Consistency, "The consistency is not defined.");
        if (TotalSegments is < 1 or > MaxSegments)
            throw new ArgumentOutOfRangeException(nameof(TotalSegments), TotalSegments, $"{nameof(TotalSegments)} must be between 1 and {MaxSegments}.");

        ArgumentNullException.ThrowIfNull(ResumeFrom);
        foreach (int segment in ResumeFrom.Keys)
        {
            if (segment < 0 || segment >= TotalSegments)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(ResumeFrom), segment, $"{nameof(ResumeFrom)} contains a segment that is not one of the {TotalSegments}.");
            }
        }
    }
}
