using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>Represents an index: for each partition key, the users sorted by sort key and then by key.</summary>
internal sealed class InMemoryIndex<TUser>(MappedIndex definition)
    where TUser : class
{
    private readonly Dictionary<StoredScalar, SortedSet<Entry>> _partitions = [];

    public void Replace(InMemoryRow<TUser>? before, InMemoryRow<TUser>? after)
    {
        if (before is not null && Place(before) is { } old && _partitions.TryGetValue(old.Partition, out SortedSet<Entry>? left))
        {
            left.Remove(old.Entry);
            if (left.Count == 0)
                _partitions.Remove(old.Partition);
        }

        if (after is not null && Place(after) is { } @new)
        {
            if (!_partitions.TryGetValue(@new.Partition, out SortedSet<Entry>? entered))
                _partitions.Add(@new.Partition, entered = []);
            entered.Add(@new.Entry);
        }
    }

    /// <summary>Returns the rows of a query after a position, without reading other rows.</summary>
    /// <exception cref="InvalidContinuationTokenException">The position was not returned by <see cref="PositionOf"/>.</exception>
    public IEnumerable<InMemoryRow<TUser>> Read(PreparedQuery query, string? after)
    {
        InMemoryPosition? start = after is null ? null : InMemoryPosition.Read(after, definition);
        if (!_partitions.TryGetValue(query.PartitionKey, out SortedSet<Entry>? partition) || partition.Count == 0)
            return [];

        bool descending = query.Direction == QueryDirection.Descending;
        (Entry lower, Entry upper) = Bounds(query.SortKey, partition);
        if (start is not null)
        {
            if (descending)
                upper = Min(upper, new Entry(start.Sort, Edge.Before, start.Key, null));
            else
                lower = Max(lower, new Entry(start.Sort, Edge.After, start.Key, null));
        }

        if (lower.CompareTo(upper) > 0)
            return [];
        SortedSet<Entry> view = partition.GetViewBetween(lower, upper);
        return (descending ? view.Reverse() : view).Select(entry => entry.Row!);
    }

    /// <summary>Returns the position of a row as a string from which a query can resume.</summary>
    public string PositionOf(InMemoryRow<TUser> row)
        => new InMemoryPosition(definition.SortKey is null ? null : row.ScalarOf(definition.SortKey), row.KeyText).Write();

    // An item that lacks a key of an index is not in that index.
    private (StoredScalar Partition, Entry Entry)? Place(InMemoryRow<TUser> row)
    {
        if (row.ScalarOf(definition.PartitionKey) is not { } partition)
            return null;
        StoredScalar? sort = definition.SortKey is null ? null : row.ScalarOf(definition.SortKey);
        return definition.SortKey is not null && sort is null ? null : (partition, new Entry(sort, Edge.None, row.KeyText, row));
    }

    private static (Entry Lower, Entry Upper) Bounds(SortKeyRange? range, SortedSet<Entry> partition)
    {
        (Entry lower, Entry upper) = (partition.Min!, partition.Max!);
        return range switch
        {
            null => (lower, upper),
            // An unpaired low surrogate sorts after every well-formed string.
            { IsPrefix: true } => (First(range.Value), First(range.Value with { Text = range.Value.Text + '\uDFFF' })),
            { Upper: { } end } => (First(range.Value), Last(end)),
            { Operator: ComparisonOperator.Equal } => (First(range.Value), Last(range.Value)),
            { Operator: ComparisonOperator.Less } => (lower, First(range.Value)),
            { Operator: ComparisonOperator.LessOrEqual } => (lower, Last(range.Value)),
            { Operator: ComparisonOperator.Greater } => (Last(range.Value), upper),
            _ => (First(range.Value), upper),
        };
    }

    private static Entry First(StoredScalar sort) => new(sort, Edge.Before, null, null);

    private static Entry Last(StoredScalar sort) => new(sort, Edge.After, null, null);

    private static Entry Min(Entry left, Entry right) => left.CompareTo(right) <= 0 ? left : right;

    private static Entry Max(Entry left, Entry right) => left.CompareTo(right) >= 0 ? left : right;

    private enum Edge
    {
        Before = -1,
        None = 0,
        After = 1,
    }

    /// <summary>Represents a row, or with an edge the position before or after a user, or before or after all users with a sort
    /// key.</summary>
    private sealed record Entry(StoredScalar? Sort, Edge Edge, string? Key, InMemoryRow<TUser>? Row) : IComparable<Entry>
    {
        public int CompareTo(Entry? other)
        {
            int bySort = Nullable.Compare(Sort, other!.Sort);
            if (bySort != 0)
                return bySort;
            if (Key is null || other.Key is null)
                return (Key is null ? (int)Edge : 0) - (other.Key is null ? (int)other.Edge : 0);
            int byId = string.CompareOrdinal(Key, other.Key);
            return byId != 0 ? byId : Edge.CompareTo(other.Edge);
        }
    }
}
