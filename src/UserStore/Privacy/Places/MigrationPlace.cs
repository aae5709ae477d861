using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Journaling;
using UserStore.Modeling;

namespace UserStore.Privacy.Places;

/// <summary>The lock table of the migrations: items that a backfill could not process or that are being imported, and positions of backfills.</summary>
/// <remarks>The items of an import have keys of another table. One belongs to a user if a value of its key is the user's key.</remarks>
internal sealed class MigrationPlace(JournalTables tables, StoreSchema store) : IUserDataPlace
{
    private static readonly string[] KeyAttributes = [CheckpointFormat.PoisonKey, CheckpointFormat.OtherKey, CheckpointFormat.Position];

    public async Task<HeldData> FindAsync(StoreCall call, UserKey key)
    {
        string text = KeyModel.ToText(key);
        var items = new List<HeldItem>();
        if (await tables.FindLockKeyAsync(call.CancellationToken).ConfigureAwait(false) is null)
            return new HeldData(items);
        await foreach (ScanPage page in tables.Reader.ScanAllAsync(() => call, tables.Lock).ConfigureAwait(false))
            items.AddRange(page.Items.Where(item => OwnersIn(item).Contains(text)).Select(ToHeld));
        return new HeldData(items);
    }

    public async IAsyncEnumerable<IReadOnlyList<OwnedItem>> ScanAsync(Func<StoreCall> begin)
    {
        if (await tables.FindLockKeyAsync(begin().CancellationToken).ConfigureAwait(false) is null)
            yield break;
        await foreach (ScanPage page in tables.Reader.ScanAllAsync(begin, tables.Lock).ConfigureAwait(false))
        {
            yield return [.. page.Items.Select(item => (Item: item, Owners: OwnersIn(item).Distinct(StringComparer.Ordinal).ToArray()))
                .Where(row => row.Owners.Length > 0).Select(row => new OwnedItem(ToHeld(row.Item), row.Owners))];
        }
    }

    private IEnumerable<string> OwnersIn(Dictionary<string, AttributeValue> row)
    {
        foreach (string attribute in KeyAttributes)
        {
            if (row.GetValueOrDefault(attribute)?.M is not { Count: > 0 } key)
                continue;
            if (store.Model.Key.FindIn(key) is { } user)
                yield return KeyModel.ToText(user);
            foreach (AttributeValue part in key.Values)
            {
                if ((part.S ?? part.N) is { } text)
                    yield return text;
            }
        }
    }

    // A position cannot be deleted without losing the progress of its backfill.
    private HeldItem ToHeld(Dictionary<string, AttributeValue> row)
    {
        Dictionary<string, AttributeValue> key = new(StringComparer.Ordinal) { [tables.LockKey!] = row[tables.LockKey!] };
        if (row.ContainsKey(CheckpointFormat.Position))
            return new HeldItem(UserDataKind.MigrationPosition, tables.Lock.TableName, key, row, Delete: null);
        var writer = new ExpressionWriter();
        writer.AndSame(CheckpointFormat.PoisonKey, row);
        return new HeldItem(UserDataKind.MigrationEntry, tables.Lock.TableName, key, row, writer.ToDelete(tables.Lock, key));
    }
}
