using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>A query that was checked against the model, with its values as they are stored.</summary>
/// <param name="Index">The index.</param>
/// <param name="PartitionKey">The key.</param>
/// <param name="SortKey">The range of the sort key, if there is one.</param>
/// <param name="Direction">The order.</param>
/// <param name="Filter">What is applied after reading.</param>
/// <param name="PageSize">How many items one request reads.</param>
/// <param name="Limit">How many users are returned over all pages.</param>
/// <param name="Fingerprint">What tells this query from others in a token.</param>
internal sealed record PreparedQuery(
    MappedIndex Index,
    StoredScalar PartitionKey,
    SortKeyRange? SortKey,
    QueryDirection Direction,
    UserCondition? Filter,
    int? PageSize,
    int? Limit,
    byte[] Fingerprint)
{
    /// <summary>Returns how many items the next request should read, when so many users are still wanted.</summary>
    public int? ItemsToRead(int? remaining)
        => Filter is null && remaining < (PageSize ?? int.MaxValue) ? remaining : PageSize;
}

internal sealed record SortKeyRange(SortKeyOperator Operator, StoredScalar Value, StoredScalar? Upper);
