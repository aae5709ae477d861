using System.Diagnostics.CodeAnalysis;
using UserStore.Modeling;

namespace UserStore.Testing;

/// <summary>Stores rows by ID and updates the indexes after a delay. Not safe for concurrent use: the store holds the lock.</summary>
internal sealed class InMemoryTable<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserModel model, TimeSpan indexDelay, int keptChanges)
    where TUser : User
{
    private readonly Dictionary<string, InMemoryRow<TUser>> _rows = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, InMemoryIndex<TUser>> _indexes =
        model.Indexes.Values.ToDictionary(index => index.Name, index => new InMemoryIndex<TUser>(index), StringComparer.Ordinal);

    private readonly Queue<(DateTimeOffset Due, InMemoryRow<TUser>? Before, InMemoryRow<TUser>? After)> _pending = new();

    /// <summary>Gets the changes that the stream of the table would contain.</summary>
    public InMemoryChanges<TUser> Changes { get; } = new(keptChanges);

    /// <summary>Returns the row of a user that has not expired.</summary>
    public InMemoryRow<TUser>? Find(string userId, DateTimeOffset now)
        => _rows.TryGetValue(userId, out InMemoryRow<TUser>? row) && !row.IsExpired(now) ? row : null;

    /// <summary>Returns the row of a user that has expired and is still in the table.</summary>
    public InMemoryRow<TUser>? FindExpired(string userId, DateTimeOffset now)
        => _rows.TryGetValue(userId, out InMemoryRow<TUser>? row) && row.IsExpired(now) ? row : null;

    public void Put(InMemoryRow<TUser> row, DateTimeOffset now)
    {
        InMemoryRow<TUser>? before = _rows.GetValueOrDefault(row.User.UserId);
        _rows[row.User.UserId] = row;
        if (before is null)
            _ids.Add(row.User.UserId);
        Publish(before, row, now);
    }

    public void Remove(InMemoryRow<TUser> row, DateTimeOffset now)
    {
        _rows.Remove(row.User.UserId);
        _ids.Remove(row.User.UserId);
        Publish(row, null, now);
    }

    /// <summary>Returns the index with all changes that are visible now.</summary>
    public InMemoryIndex<TUser> Index(MappedIndex definition, DateTimeOffset now)
    {
        CatchUp(now);
        return _indexes[definition.Name];
    }

    /// <summary>Returns all rows after an ID, sorted by ID.</summary>
    public IEnumerable<InMemoryRow<TUser>> ReadAll(string? afterId)
    {
        if (_ids.Count == 0 || string.CompareOrdinal(afterId, _ids.Max) > 0)
            return [];
        return (afterId is null ? _ids : _ids.GetViewBetween(afterId, _ids.Max!))
            .Where(id => id != afterId)
            .Select(id => _rows[id]);
    }

    private void Publish(InMemoryRow<TUser>? before, InMemoryRow<TUser>? after, DateTimeOffset now)
    {
        Changes.Add(before, after, now);
        if (indexDelay == TimeSpan.Zero)
            Apply(before, after);
        else
            _pending.Enqueue((now + indexDelay, before, after));
        CatchUp(now); // also without readers, so that the queue holds at most the changes of one delay
    }

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
