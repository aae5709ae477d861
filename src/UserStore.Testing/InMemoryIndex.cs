using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>An index: for each partition key, the users in the order of the sort key, then of the id.</summary>
internal sealed class InMemoryIndex<TUser>(MappedIndex definition)
    where TUser : User
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

    /// <summary>Returns the rows of a query from a position on, without looking at the others.</summary>
    /// <exception cref="InvalidContinuationTokenException">The position is not one of <see cref="PositionOf"/>.</exception>
    public IEnumerable<InMemoryRow<TUser>> Read(PreparedQuery query, string? after)
    {
        InMemoryPosition? start = after is null ? null : InMemoryPosition.Read(after);
        if (!_partitions.TryGetValue(query.PartitionKey, out SortedSet<Entry>? partition) || partition.Count == 0)
            return [];

        bool descending = query.Direction == QueryDirection.Descending;
        (Entry lower, Entry upper) = Bounds(query.SortKey, partition);
        if (start is not null)
        {
            if (descending)
                upper = Min(upper, new Entry(start.Sort, Edge.Before, start.UserId, null));
            else
                lower = Max(lower, new Entry(start.Sort, Edge.After, start.UserId, null));
        }

        if (lower.CompareTo(upper) > 0)
            return [];
        SortedSet<Entry> view = partition.GetViewBetween(lower, upper);
        return (descending ? view.Reverse() : view).Select(entry => entry.Row!);
    }

    /// <summary>Returns the place of a row, as text from which a query goes on.</summary>
    public string PositionOf(InMemoryRow<TUser> row)
        => new InMemoryPosition(definition.SortKey is null ? null : row.ScalarOf(definition.SortKey), row.User.UserId).Write();

    // An item without all keys of an index is not in it.
    private (StoredScalar Partition, Entry Entry)? Place(InMemoryRow<TUser> row)
    {
        if (row.ScalarOf(definition.PartitionKey) is not { } partition)
            return null;
        StoredScalar? sort = definition.SortKey is null ? null : row.ScalarOf(definition.SortKey);
        return definition.SortKey is not null && sort is null ? null : (partition, new Entry(sort, Edge.None, row.User.UserId, row));
    }

    private static (Entry Lower, Entry Upper) Bounds(SortKeyRange? range, SortedSet<Entry> partition)
    {
        (Entry lower, Entry upper) = (partition.Min!, partition.Max!);
        return range?.Operator switch
        {
            SortKeyOperator.Equal => (First(range.Value), Last(range.Value)),
            SortKeyOperator.Less => (lower, First(range.Value)),
            SortKeyOperator.LessOrEqual => (lower, Last(range.Value)),
            SortKeyOperator.Greater => (Last(range.Value), upper),
            SortKeyOperator.GreaterOrEqual => (First(range.Value), upper),
            SortKeyOperator.Between => (First(range.Value), Last(range.Upper!.Value)),
            // A lone low surrogate sorts behind all text that is well-formed.
            SortKeyOperator.StartsWith => (First(range.Value), First(range.Value with { Text = range.Value.Text + '\uDFFF' })),
            _ => (lower, upper),
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

    /// <summary>A row in its place; or, with an edge, the place before or after a user, or before or after all users with a sort
    /// key.</summary>
    private sealed record Entry(StoredScalar? Sort, Edge Edge, string? UserId, InMemoryRow<TUser>? Row) : IComparable<Entry>
    {
        public int CompareTo(Entry? other)
        {
            int bySort = Nullable.Compare(Sort, other!.Sort);
            if (bySort != 0)
                return bySort;
            if (UserId is null || other.UserId is null)
                return (UserId is null ? (int)Edge : 0) - (other.UserId is null ? (int)other.Edge : 0);
            int byId = string.CompareOrdinal(UserId, other.UserId);
            return byId != 0 ? byId : Edge.CompareTo(other.Edge);
        }
    }
}
