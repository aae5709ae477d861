using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Tombstones;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;

namespace UserStore.Migrations.Journaling;

/// <summary>The entries of the lock table that name users: the keys of poison items, of items that are being imported, and of positions.</summary>
/// <remarks>The items of an import have keys of another table. One belongs to a user if a value of its key is the user's key.</remarks>
internal sealed class UserEntries(JournalTables tables, StoreSchema store, TombstoneTable? tombstones)
{
    private static readonly string[] KeyAttributes = [CheckpointFormat.PoisonKey, CheckpointFormat.OtherKey, CheckpointFormat.Position];

    /// <summary>Returns the keys, as strings, of the users that an entry may name.</summary>
    public IReadOnlyList<string> OwnersIn(Dictionary<string, AttributeValue> row) => [.. KeysIn(row).Distinct(StringComparer.Ordinal)];

    /// <summary>Returns whether an entry may name a user, whose key is given as a string.</summary>
    public bool Concerns(Dictionary<string, AttributeValue> row, string user)
        => KeysIn(row).Contains(user) || row[tables.LockKey!].S.EndsWith(ImportClaims.SuffixOf(user), StringComparison.Ordinal);

    /// <summary>Returns the deletion of an entry, on condition that it still names the same item.</summary>
    public Delete ToDelete(Dictionary<string, AttributeValue> row)
    {
        var writer = new ExpressionWriter();
        writer.AndSame(CheckpointFormat.PoisonKey, row);
        return writer.ToDelete(tables.Lock, new(StringComparer.Ordinal) { [tables.LockKey!] = row[tables.LockKey!] });
    }

    /// <summary>Deletes an entry that was just written if a user that it may name is erased: the erasure may have looked before it was
    /// written.</summary>
    /// <param name="row">The entry.</param>
    /// <param name="user">The key, as a string, of the user that the item would become; null if only its key tells.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    public async Task DeleteIfErasedAsync(Dictionary<string, AttributeValue> row, string? user, CancellationToken cancellationToken)
    {
        if (tombstones is null)
            return;
        string[] hashes = [.. KeysIn(row).Concat(user is null ? [] : [user]).Distinct(StringComparer.Ordinal).Select(tombstones.HashOf)];
        if ((await tombstones.FindErasedAsync(tables.Sender.Begin(cancellationToken), hashes).ConfigureAwait(false)).Count == 0)
            return;
        DeleteItemRequest request = ToDelete(row).ToRequest();
        await tables.Sender.Begin(cancellationToken).WriteAsync(
            "DeleteItem", [tables.Lock], token => tables.Client.DeleteItemAsync(request, token)).ConfigureAwait(false);
    }

    private IEnumerable<string> KeysIn(Dictionary<string, AttributeValue> row)
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
}
