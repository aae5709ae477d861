using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;

namespace UserStore;

/// <summary>A query of one index: a partition of it, a range of its sort key, a filter and a limit.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <param name="IndexName">
/// The index as the attributes of <typeparamref name="TUser"/> name it, such as <c>status-index</c>;
/// <see cref="UserStoreOptions.IndexNames"/> maps it to its name in the table. Empty for the table itself: see <see cref="OfPartition"/>.
/// </param>
/// <param name="PartitionKey">The value of the index's partition key, of the type of its property.</param>
/// <remarks>
/// An index is updated with a delay: a user that was just written may be missing, or returned as it was before. Each page costs one request,
/// and DynamoDB charges for everything that it reads before the filter.
/// </remarks>
public sealed record UserQuery<TUser>(string IndexName, object PartitionKey)
    where TUser : class
{
    /// <summary>Returns a query of one partition of the table itself, such as the users of a tenant: sorted by the sort key of the table.</summary>
    /// <param name="partitionKey">The value of the table's partition key.</param>
    /// <returns>The query, which can be restricted further by <c>with</c>. The table must have a sort key.</returns>
    [SuppressMessage("Design", "CA1000:Do not declare static members on generic types", Justification = "A constructor with a name.")]
    public static UserQuery<TUser> OfPartition(UserKeyPart partitionKey) => new("", partitionKey);

    /// <summary>Gets the range of the sort key.</summary>
    /// <value>The default is <see langword="null"/>: the whole partition.</value>
    public SortKeyCondition? SortKey { get; init; }

    /// <summary>Gets a value indicating whether all pages use the sort key range of the first page, whatever <see cref="SortKey"/> contains when
    /// a later page is read.</summary>
    /// <value>The default is <see langword="false"/>: a token is rejected if the range has changed.</value>
    /// <remarks>
    /// For a range that is computed from the clock, such as the last seven days, when each page is a request of its own. The token carries the
    /// range. Unless <see cref="UserStoreOptions.TokenKeys"/> encrypt tokens, a client can forge one with other bounds; the partition key, the
    /// filter, the direction and the kind of the range are always those of the query.
    /// </remarks>
    public bool PinSortKey { get; init; }

    /// <summary>Gets the order of the sort key in which users are returned.</summary>
    /// <value>The default is <see cref="QueryDirection.Ascending"/>.</value>
    public QueryDirection Direction { get; init; }

    /// <summary>Gets a condition that DynamoDB applies after reading, so that it saves transfer but no capacity.</summary>
    /// <value>
    /// Comparisons of mapped properties with values, joined by <c>&amp;&amp;</c>, <c>||</c> and <c>!</c>; <c>StartsWith</c>,
    /// <c>Contains</c>, <c>values.Contains(u.Property)</c> with at most 100 values, and comparison with <see langword="null"/>. A
    /// comparison with an absent attribute is false, except <c>!=</c>. Strings are compared as they are stored, emails in their normalized form.
    /// Numbers are compared exactly; a cast of a property to a type that cannot hold all of its values is not supported. Keys of the queried
    /// index cannot be filtered by.
    /// </value>
    public Expression<Func<TUser, bool>>? Filter { get; init; }

    /// <summary>Gets the number of users that DynamoDB reads for one page, before the filter.</summary>
    /// <value>At least 1. The default is <see langword="null"/>: as many as fit into 1 MB.</value>
    public int? PageSize { get; init; }

    /// <summary>Gets the maximum number of users over all pages.</summary>
    /// <value>At least 1. The default is <see langword="null"/>: all.</value>
    /// <remarks>
    /// Without a filter, the first request reads as many items as the limit allows. If some of them have expired and DynamoDB has not removed
    /// them yet, the next requests read more items, up to <see cref="PageSize"/>.
    /// </remarks>
    public int? Limit { get; init; }

    /// <summary>Returns the index and what bounds the query; never the key or another value.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString()
        => $"UserQuery {{ IndexName = {IndexName}, Direction = {Direction}, PageSize = {PageSize}, Limit = {Limit} }}";
}
