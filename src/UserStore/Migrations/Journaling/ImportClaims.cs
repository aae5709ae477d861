using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Sending;
using UserStore.Modeling;

namespace UserStore.Migrations.Journaling;

/// <summary>Records for each user id which items of an external table would become that user, in the lock table, so that two items of one id are
/// found before either is imported.</summary>
/// <param name="tables">The tables of the migrations.</param>
/// <param name="entry">The entry of the migration when the attempt started. Each attempt makes its own claims, because
/// items may have been corrected.</param>
internal sealed class ImportClaims(JournalTables tables, MigrationEntry entry)
{
    private const string First = CheckpointFormat.PoisonKey, Second = CheckpointFormat.OtherKey;

    private readonly string _prefix = string.Create(
        CultureInfo.InvariantCulture, $"{tables.Options.LockId}/{CheckpointKey.PrefixOf(entry.Id, entry.Execution)}import-ids/{entry.Attempts}");

    /// <summary>Gets the name of the scan that claims the items.</summary>
    public string ScanName { get; } = string.Create(CultureInfo.InvariantCulture, $"import-ids-{entry.Attempts}");

    /// <summary>Records that an item would become a user.</summary>
    public async Task ClaimAsync(UserKey user, Dictionary<string, AttributeValue> key, CancellationToken cancellationToken)
    {
        string rowId = RowIdOf(user);
        while (true)
        {
            Dictionary<string, AttributeValue>? row = await FindAsync(rowId, cancellationToken).ConfigureAwait(false);
            // The two lowest keys, so that the result does not depend on the order of the items.
            Dictionary<string, AttributeValue>[] claimants =
                [.. KeysIn(row).Append(key).DistinctBy(TextOf).OrderBy(TextOf, StringComparer.Ordinal).Take(2)];
            if (KeysIn(row).Select(TextOf).SequenceEqual(claimants.Select(TextOf)))
                return;
            Dictionary<string, AttributeValue> claim = new() { [First] = new() { M = claimants[0] } };
            if (claimants.Length > 1)
                claim[Second] = new() { M = claimants[1] };
            if (!await PutAsync(rowId, claim, row, cancellationToken).ConfigureAwait(false))
                continue;
            await tables.UserEntries.DeleteIfErasedAsync(claim, KeyModel.ToText(user), cancellationToken).ConfigureAwait(false);
            return;
        }
    }

    /// <summary>Returns the key of another item that would become the same user, or null.</summary>
    public async Task<Dictionary<string, AttributeValue>?> FindOtherAsync(
        UserKey user, Dictionary<string, AttributeValue> key, CancellationToken cancellationToken)
        => KeysIn(await FindAsync(RowIdOf(user), cancellationToken).ConfigureAwait(false)).FirstOrDefault(other => TextOf(other) != TextOf(key));

    /// <summary>Returns a string that identifies a key.</summary>
    public static string TextOf(Dictionary<string, AttributeValue> key) => string.Concat(key.OrderBy(
        attribute => attribute.Key, StringComparer.Ordinal).Select(attribute =>
        {
            string value = attribute.Value.S ?? attribute.Value.N ?? Convert.ToBase64String(attribute.Value.B.ToArray());
            return $"{attribute.Key.Length}:{attribute.Key}{value.Length}:{value}"; // no two keys are the same string
        }));

    /// <summary>Returns the end of the ids of all claims of a user, whose key is given as a string.</summary>
    public static string SuffixOf(string user) => $"/{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(user)))}";

    private string RowIdOf(UserKey user) => _prefix + SuffixOf(KeyModel.ToText(user));

    private Task<Dictionary<string, AttributeValue>?> FindAsync(string rowId, CancellationToken cancellationToken)
        => tables.Reader.FindAsync(tables.Sender.Begin(cancellationToken), tables.Lock, new() { [tables.LockKey!] = new(rowId) });

    /// <summary>Puts a row if it is unchanged since it was read.</summary>
    private async Task<bool> PutAsync(
        string rowId, Dictionary<string, AttributeValue> row, Dictionary<string, AttributeValue>? seen, CancellationToken cancellationToken)
    {
        var expression = new ExpressionWriter();
        row[tables.LockKey!] = new(rowId);
        string[] conditions = seen is null
            ? [$"attribute_not_exists({expression.Name(tables.LockKey!)})"]
            : [.. new[] { First, Second }.Select(attribute => seen.TryGetValue(attribute, out AttributeValue? value)
                ? $"{expression.Name(attribute)} = {expression.Value(value)}"
                : $"attribute_not_exists({expression.Name(attribute)})")];
        var request = new PutItemRequest
        {
            TableName = tables.Lock.TableName,
            Item = row,
            ConditionExpression = string.Join(" AND ", conditions),
            ExpressionAttributeNames = expression.Names,
            ExpressionAttributeValues = expression.Values,
        };
        WriteResult<PutItemResponse> result = await tables.Sender.Begin(cancellationToken).WriteAsync(
            "PutItem", [tables.Lock], token => tables.Client.PutItemAsync(request, token)).ConfigureAwait(false);
        return result.Failure is null;
    }

    private static IEnumerable<Dictionary<string, AttributeValue>> KeysIn(Dictionary<string, AttributeValue>? row)
        => new[] { First, Second }.Select(name => row?.GetValueOrDefault(name)?.M).OfType<Dictionary<string, AttributeValue>>();
}
