using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>A validated query, with its values as they are stored.</summary>
/// <param name="Index">The index.</param>
/// <param name="PartitionKey">The key.</param>
/// <param name="SortKey">The range of the sort key, if there is one.</param>
/// <param name="Direction">The order.</param>
/// <param name="Filter">The condition that is applied after reading.</param>
/// <param name="PageSize">The number of items that one request reads.</param>
/// <param name="Limit">The maximum number of users over all pages.</param>
/// <param name="Fingerprint">Distinguishes this query from others in a token.</param>
/// <param name="PinsSortKey">Whether all pages use the sort key range of the first one.</param>
internal sealed record PreparedQuery(
    MappedIndex Index,
    StoredScalar PartitionKey,
    SortKeyRange? SortKey,
    QueryDirection Direction,
    UserCondition? Filter,
    int? PageSize,
    int? Limit,
    byte[] Fingerprint,
    bool PinsSortKey);

internal sealed record SortKeyRange(ComparisonOperator Operator, StoredScalar Value, StoredScalar? Upper, bool IsPrefix);
