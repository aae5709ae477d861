using System.Globalization;
using UserStore.Modeling;
using UserStore.Paging;

namespace UserStore.Preparation;

/// <summary>A validated query, with its values as they are stored.</summary>
/// <param name="UserType">The user type.</param>
/// <param name="Index">The index.</param>
/// <param name="PartitionKey">The key.</param>
/// <param name="SortKey">The range of the sort key, if there is one.</param>
/// <param name="Direction">The order.</param>
/// <param name="Filter">The condition that is applied after reading.</param>
/// <param name="PageSize">The number of items that one request reads.</param>
/// <param name="Limit">The maximum number of users over all pages.</param>
/// <param name="PinsSortKey">Whether all pages use the sort key range of the first one.</param>
internal sealed record PreparedQuery(
    Type UserType,
    MappedIndex Index,
    StoredScalar PartitionKey,
    SortKeyRange? SortKey,
    QueryDirection Direction,
    UserCondition? Filter,
    int? PageSize,
    int? Limit,
    bool PinsSortKey)
{
    /// <summary>Returns what distinguishes this query from others in a token.</summary>
    public byte[] Fingerprint()
    {
        // The values of a pinned range are in the token, so that only its form distinguishes the query.
        string? bounds = PinsSortKey ? $"pinned {SortKey!.Operator} {SortKey.Value.Kind} {SortKey.IsPrefix} {SortKey.Upper is not null}" : SortKey?.ToString();
        return ContinuationTokens.FingerprintOf(string.Create(
            CultureInfo.InvariantCulture,
            $"query\n{UserType.FullName}\n{Index.Name}\n{PartitionKey}\n{bounds}\n{Direction}\n{Limit}\n{UserCondition.Describe(Filter)}"));
    }
}

internal sealed record SortKeyRange(ComparisonOperator Operator, StoredScalar Value, StoredScalar? Upper, bool IsPrefix);
