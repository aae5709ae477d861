using System.Security.Cryptography;
using System.Text;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Backfilling;

namespace UserStore.Migrations.BuiltIn;

/// <summary>Stores the items of another program's table as users.</summary>
internal sealed class ImportTable(string id, ExternalTable foreign) : Migration(id, $"Takes over the users of table {foreign.TableName}.")
{
    public override async Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default)
    {
        if (foreign.TableName == context.UsersTable)
        {
            throw new InvalidMigrationException(
                Id, $"takes over table '{foreign.TableName}', which is the users' table itself. Choose another prefix or UserStoreOptions.UsersTable.");
        }

        foreign.Options.Check();
        var walk = new TableWalk(context.Attempt, "take-over", new NamedTable(foreign.TableName), foreign.Options);
        var store = context.Attempt.Store.OpenForItems(context.Client);
        string idName = context.Attempt.Store.Schema.Model.Key.AttributeName;
        await walk.RunAsync(
            (item, key, token) =>
            {
                Dictionary<string, AttributeValue> user = AttributeValueComparer.Copy(
                    item.ToDictionary(attribute => NameOf(attribute.Key), attribute => attribute.Value, StringComparer.Ordinal));
                foreign.Convert?.Invoke(user);
                if (!user.ContainsKey(idName))
                    user[idName] = new AttributeValue(foreign.UserId?.Invoke(item) ?? IdFrom(key));
                return store(user, walk.Writes, token);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private string NameOf(string attribute) => foreign.Attributes.TryGetValue(attribute, out string? name) ? name : attribute;

    // A UUID of version 8, RFC 9562: the same for the same key of the same table.
    private string IdFrom(Dictionary<string, AttributeValue> key)
    {
        string text = string.Join('\n', key.OrderBy(attribute => attribute.Key, StringComparer.Ordinal).Select(
            attribute => $"{attribute.Key}={attribute.Value.S ?? attribute.Value.N ?? System.Convert.ToBase64String(attribute.Value.B.ToArray())}"));
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{foreign.TableName}\n{text}"));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString();
    }
}
