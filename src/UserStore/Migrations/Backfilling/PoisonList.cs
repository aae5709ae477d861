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
            (_items, _last) = ([.. _items, .. found], failure ?? _last);
    }

    public BackfillFailedException ToException() => new(migrationId, backfill, Items, _last);
}
