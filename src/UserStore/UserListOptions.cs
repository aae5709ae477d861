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
}
