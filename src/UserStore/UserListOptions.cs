namespace UserStore;

/// <summary>Says how the whole table is read.</summary>
public sealed record UserListOptions
{
    /// <summary>Gets how many users DynamoDB reads for one page.</summary>
    /// <value>At least 1. The default is <see langword="null"/>: as many as fit into 1 MB.</value>
    public int? PageSize { get; init; }

    /// <summary>Gets how fresh the pages are.</summary>
    /// <value>The default is <see cref="ReadConsistency.Eventual"/>.</value>
    public ReadConsistency Consistency { get; init; }

    /// <summary>Gets how many segments the table is divided into. Up to 16 of them are read at the same time.</summary>
    /// <value>1 to 1,000,000 (Amazon DynamoDB API Reference, "Scan"). The default is 1: one page after the other.</value>
    public int TotalSegments { get; init; } = 1;

    /// <summary>Gets where to go on: for a segment the token of the last page of it that was dealt with, or <see langword="null"/> for one
    /// that is finished. Segments that are not named begin at their beginning.</summary>
    /// <value>The default is empty. The tokens belong to the same number of segments.</value>
    public IReadOnlyDictionary<int, string?> ResumeFrom { get; init; } = new Dictionary<int, string?>();
}
