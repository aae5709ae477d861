namespace UserStore.Migrations.Planning;

/// <summary>Represents the order in which migrations are undone, the reverse of that in which they were applied.</summary>
/// <remarks>A migration that was never applied completely is above all that were. One that another program applied, which records no order, is
/// directly above those with lower ids.</remarks>
internal sealed class UndoOrder
{
    private readonly Dictionary<string, (long Order, string Id)> _positions = new(StringComparer.Ordinal);

    /// <param name="entries">The journal.</param>
    public UndoOrder(IEnumerable<MigrationEntry> entries)
    {
        long highest = 0;
        foreach (MigrationEntry entry in entries.Where(entry => entry.State == MigrationState.Applied || entry.IsUnfinished)
            .OrderBy(entry => entry.Id, StringComparer.Ordinal))
        {
            _positions[entry.Id] = (entry.Sequence switch
            {
                MigrationEntry.AdoptedSequence => highest,
                0 => long.MaxValue,
                var sequence => sequence,
            }, entry.Id);
            highest = Math.Max(highest, entry.Sequence);
        }
    }

    public bool Contains(string id) => _positions.ContainsKey(id);

    /// <summary>Returns whether a migration is undone before another one.</summary>
    public bool IsAbove(string id, string other) => Compare(id, other) > 0;

    public int Compare(string id, string other)
    {
        ((long order, string key), (long otherOrder, string otherKey)) = (_positions[id], _positions[other]);
        return order != otherOrder ? order.CompareTo(otherOrder) : string.CompareOrdinal(key, otherKey);
    }

    public void Remove(string id) => _positions.Remove(id);

    /// <summary>Records that a migration was applied after all others, unless it has a position.</summary>
    public void Add(string id) => _positions.TryAdd(id, (long.MaxValue, id));
}
