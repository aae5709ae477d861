namespace UserStore.Migrations.Backfilling;

/// <summary>The items that a backfill could not change, and how many of them it bears.</summary>
internal sealed class PoisonList(string migrationId, string backfill, int most)
{
    private readonly Lock _lock = new();
    private IReadOnlyList<PoisonItem> _items = [];
    private Exception? _last;

    public IReadOnlyList<PoisonItem> Items
    {
        get
        {
            lock (_lock)
                return _items;
        }
    }

    public bool IsOverLimit => Items.Count > most;

    public void Add(IReadOnlyList<PoisonItem> found, Exception? failure = null)
    {
        lock (_lock)
            (_items, _last) = (Merge(_items, found), failure ?? _last);
    }

    public BackfillFailedException ToException() => new(migrationId, backfill, Items, _last);

    /// <summary>Adds items, each once: after a crash a page is read again.</summary>
    public static IReadOnlyList<PoisonItem> Merge(IReadOnlyList<PoisonItem> items, IReadOnlyList<PoisonItem> more) => more.Count == 0
        ? items
        : [.. items.Where(item => !more.Any(other => HaveSameKey(item, other))), .. more];

    private static bool HaveSameKey(PoisonItem one, PoisonItem other)
        => one.Key.All(attribute => AttributeValues.AreEqual(attribute.Value, other.Key.GetValueOrDefault(attribute.Key)));
}
