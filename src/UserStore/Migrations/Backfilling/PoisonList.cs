namespace UserStore.Migrations.Backfilling;

/// <summary>Collects the poison items of a backfill.</summary>
/// <param name="migrationId">The migration.</param>
/// <param name="backfill">The name of the backfill.</param>
/// <param name="max">The maximum number of poison items.</param>
internal sealed class PoisonList(string migrationId, string backfill, int max)
{
    private readonly Lock _lock = new();
    private IReadOnlyList<PoisonItem> _items = [];
    private Exception? _lastFailure;

    public IReadOnlyList<PoisonItem> Items
    {
        get
        {
            lock (_lock)
                return _items;
        }
    }

    public bool IsOverLimit => Items.Count > max;

    public void Add(IReadOnlyList<PoisonItem> found, Exception? failure = null)
    {
        lock (_lock)
            (_items, _lastFailure) = ([.. _items, .. found], failure ?? _lastFailure);
    }

    public BackfillFailedException ToException() => new(migrationId, backfill, Items, _lastFailure);
}
