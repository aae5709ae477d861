using System.Security.Cryptography;
using System.Text;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Backfilling;

namespace UserStore.Migrations.BuiltIn;

/// <summary>Imports the items of an external table as users.</summary>
internal sealed class ImportTable(string id, ExternalTable external) : Migration(id, $"Imports the users of table {external.TableName}.")
{
    private const string CheckpointName = "import";

    public override async Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default)
    {
        if (external.TableName == context.UsersTable)
        {
            throw new InvalidMigrationException(
                Id, $"imports table '{external.TableName}', which is the users' table itself. Choose another prefix or UserStoreOptions.UsersTable.");
        }

        external.Options.ThrowIfInvalid();
        var scan = new SegmentedScan(context.Attempt, CheckpointName, new NamedTable(external.TableName), external.Options);
        var store = context.Attempt.Store.OpenForItems(context.Attempt.Client);
        string idName = context.Attempt.Store.Schema.Model.Key.AttributeName;
        await scan.RunAsync(
            (item, key, token) =>
            {
                Dictionary<string, AttributeValue> user = AttributeValueComparer.Copy(
                    item.ToDictionary(attribute => NameOf(attribute.Key), attribute => attribute.Value, StringComparer.Ordinal));
                external.Convert?.Invoke(user);
                if (!user.ContainsKey(idName))
                    user[idName] = new AttributeValue(external.UserId?.Invoke(item) ?? IdFrom(key));
                return store(user, scan.Writes, token);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private string NameOf(string attribute) => external.Attributes.TryGetValue(attribute, out string? name) ? name : attribute;

    // A version-8 UUID (RFC 9562) that is the same for the same key of the same table.
    private string IdFrom(Dictionary<string, AttributeValue> key)
    {
        string keyText = string.Join('\n', key.OrderBy(attribute => attribute.Key, StringComparer.Ordinal).Select(
            attribute => $"{attribute.Key}={attribute.Value.S ?? attribute.Value.N ?? System.Convert.ToBase64String(attribute.Value.B.ToArray())}"));
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{external.TableName}\n{keyText}"));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString();
    }
}
