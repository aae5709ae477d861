using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.Migrations.Journaling;
using UserStore.Modeling;

namespace UserStore.Privacy.Places;

/// <summary>The lock table of the migrations: items that a backfill could not process or that are being imported, and positions of backfills.</summary>
internal sealed class MigrationPlace(JournalTables tables) : IUserDataPlace
{
    private readonly UserEntries _entries = tables.UserEntries;

    // Backfills write their entries without a condition on tombstones, and look for them afterwards.
    public bool IsChecked => false;

    public async Task<HeldData> FindAsync(StoreCall call, UserKey key)
    {
        string text = KeyModel.ToText(key);
        var items = new List<HeldItem>();
        if (await tables.FindLockKeyAsync(call.CancellationToken).ConfigureAwait(false) is null)
            return new HeldData(items);
        await foreach (ScanPage page in tables.Reader.ScanAllAsync(() => call, tables.Lock).ConfigureAwait(false))
            items.AddRange(page.Items.Where(item => _entries.Concerns(item, text)).Select(ToHeld));
        return new HeldData(items);
    }

    public async IAsyncEnumerable<IReadOnlyList<OwnedItem>> ScanAsync(Func<StoreCall> begin)
    {
        if (await tables.FindLockKeyAsync(begin().CancellationToken).ConfigureAwait(false) is null)
            yield break;
        await foreach (ScanPage page in tables.Reader.ScanAllAsync(begin, tables.Lock).ConfigureAwait(false))
        {
            yield return [.. page.Items.Select(item => (Item: item, Owners: _entries.OwnersIn(item)))
                .Where(row => row.Owners.Count > 0).Select(row => new OwnedItem(ToHeld(row.Item), row.Owners))];
        }
    }

    // A position cannot be deleted without losing the progress of its backfill.
    private HeldItem ToHeld(Dictionary<string, AttributeValue> row)
    {
        Dictionary<string, AttributeValue> key = new(StringComparer.Ordinal) { [tables.LockKey!] = row[tables.LockKey!] };
        if (row.ContainsKey(CheckpointFormat.Position))
            return new HeldItem(UserDataKind.MigrationPosition, tables.Lock.TableName, key, row, Delete: null);
        return new HeldItem(UserDataKind.MigrationEntry, tables.Lock.TableName, key, row, _entries.ToDelete(row));
    }
}
