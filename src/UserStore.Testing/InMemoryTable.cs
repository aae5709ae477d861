using System.Diagnostics.CodeAnalysis;
using UserStore.Modeling;

namespace UserStore.Testing;

/// <summary>Stores rows by key and updates the indexes after a delay. Not safe for concurrent use: the store holds the lock.</summary>
internal sealed class InMemoryTable<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserModel model, TimeSpan indexDelay, int keptChanges)
    where TUser : class
{
    private readonly Dictionary<string, InMemoryRow<TUser>> _rows = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _keys = new(StringComparer.Ordinal);

    // Without a sort key the table itself is not queried: a partition has one user.
    private readonly Dictionary<string, InMemoryIndex<TUser>> _indexes = model.Indexes.Values
        .Concat(model.Table.SortKey is null ? [] : [model.Table])
        .ToDictionary(index => index.Name, index => new InMemoryIndex<TUser>(index), StringComparer.Ordinal);

    private readonly Queue<(DateTimeOffset Due, InMemoryRow<TUser>? Before, InMemoryRow<TUser>? After)> _pending = new();

    /// <summary>Gets the changes that the stream of the table would contain.</summary>
    public InMemoryChanges<TUser> Changes { get; } = new(keptChanges);

    /// <summary>Returns the row of a user that is neither expired nor restricted.</summary>
    public InMemoryRow<TUser>? Find(UserKey key, DateTimeOffset now) => FindAny(key) is { } row && row.IsVisible(now) ? row : null;

    /// <summary>Returns the row of a user that can be changed; null for none.</summary>
    /// <exception cref="UserRestrictedException">The user is restricted.</exception>
    public InMemoryRow<TUser>? FindWritable(UserKey key, DateTimeOffset now)
        => FindAny(key) is { IsRestricted: true } ? throw new UserRestrictedException(key) : Find(key, now);

    /// <summary>Returns the row of a user, whether or not it is expired or restricted.</summary>
    public InMemoryRow<TUser>? FindAny(UserKey key) => _rows.GetValueOrDefault(KeyModel.ToText(key));

    /// <summary>Returns the row of a user that has expired and is still in the table.</summary>
    public InMemoryRow<TUser>? FindExpired(UserKey key, DateTimeOffset now)
        => _rows.TryGetValue(KeyModel.ToText(key), out InMemoryRow<TUser>? row) && row.IsExpired(now) ? row : null;

    public void Put(InMemoryRow<TUser> row, DateTimeOffset now)
    {
        InMemoryRow<TUser>? before = _rows.GetValueOrDefault(row.KeyText);
        _rows[row.KeyText] = row;
        if (before is null)
            _keys.Add(row.KeyText);
        Publish(before, row, now);
    }

    public void Remove(InMemoryRow<TUser> row, DateTimeOffset now)
    {
        _rows.Remove(row.KeyText);
        _keys.Remove(row.KeyText);
        Publish(row, null, now);
    }

    /// <summary>Returns the index with all changes that are visible now.</summary>
    public InMemoryIndex<TUser> Index(MappedIndex definition, DateTimeOffset now)
    {
        CatchUp(now);
        return _indexes[definition.Name];
    }

    /// <summary>Returns all rows after a key, sorted by key.</summary>
    public IEnumerable<InMemoryRow<TUser>> ReadAll(string? afterKey)
    {
        if (_keys.Count == 0 || string.CompareOrdinal(afterKey, _keys.Max) > 0)
            return [];
        return (afterKey is null ? _keys : _keys.GetViewBetween(afterKey, _keys.Max!))
            .Where(key => key != afterKey)
            .Select(key => _rows[key]);
    }

    private void Publish(InMemoryRow<TUser>? before, InMemoryRow<TUser>? after, DateTimeOffset now)
    {
        Changes.Add(VisibleIn(before), VisibleIn(after), now);
        if (indexDelay == TimeSpan.Zero)
            Apply(before, after);
        else
            _pending.Enqueue((now + indexDelay, before, after));
        CatchUp(now); // also without readers, so that the queue holds at most the changes of one delay
    }

    // To handlers, a restriction is the removal of the user.
    private static InMemoryRow<TUser>? VisibleIn(InMemoryRow<TUser>? row) => row is { IsRestricted: true } ? null : row;

    private void CatchUp(DateTimeOffset now)
    {
        while (_pending.TryPeek(out var change) && change.Due <= now)
        {
            _pending.Dequeue();
            Apply(change.Before, change.After);
        }
    }

    private void Apply(InMemoryRow<TUser>? before, InMemoryRow<TUser>? after)
    {
        foreach (InMemoryIndex<TUser> index in _indexes.Values)
            index.Replace(before, after);
    }
}
