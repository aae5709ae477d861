using System.Security.Cryptography;
using System.Text;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Backfilling;
using UserStore.Migrations.Journaling;
using UserStore.Modeling;

namespace UserStore.Migrations.BuiltIn;

/// <summary>Imports the items of an external table as users. Items that would become one user are imported not at all.</summary>
internal sealed class ImportTable(string id, ExternalTable external) : Migration(id, $"Imports the users of table {external.TableName}.")
{
    private const string ScanName = "import";

    public override async Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default)
    {
        if (external.TableName == context.UsersTable)
        {
            throw new InvalidMigrationException(
                Id, $"imports table '{external.TableName}', which is the users' table itself. Choose another prefix or UserStoreOptions.UsersTable.");
        }

        external.Options.ThrowIfInvalid();
        var scan = new SegmentedScan(context.Attempt, ScanName, new NamedTable(external.TableName), external.Options);
        if (!context.Attempt.HasTables)
            return;
        UserModel model = context.Attempt.Store.Schema.Model;
        KeyModel userKey = model.Key;
        // Where the key is that of the user, no two items have the same one, except for Guids and numbers in two spellings. A dry run stores no claims.
        IReadOnlyList<string> keyNames = await scan.FindKeyNamesAsync(cancellationToken).ConfigureAwait(false);
        bool isSameKey = userKey.Parts.All(part => part.Kind == KeyPartKind.String)
            && keyNames.Select(NameOf).ToHashSet(StringComparer.Ordinal).SetEquals(userKey.Parts.Select(part => part.AttributeName));
        ImportClaims? claims = isSameKey || context.IsDryRun ? null : await ClaimAsync(context, model, cancellationToken).ConfigureAwait(false);

        var store = context.Attempt.Store.OpenForItems(context.Attempt.Client);
        BackfillResult result = await scan.RunAsync(
            async (item, key, token) =>
            {
                Dictionary<string, AttributeValue> user = ToUser(item, key, model);
                if (isSameKey && !key.All(part => ScalarOf(part.Value) == ScalarOf(user.GetValueOrDefault(NameOf(part.Key)))))
                {
                    throw new InvalidBackfillChangeException(
                        "changes the id, which is the key of the external table. Do not map the key, and set ExternalTable.UserId.");
                }

                if (claims is not null && userKey.FindInAnyForm(user) is { } found
                    && await claims.FindOtherAsync(found, key, token).ConfigureAwait(false) is { } other)
                {
                    throw new DuplicateUserIdException(other);
                }

                return await store(user, scan.Writes, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        MigrationLog.Imported(
            context.Logger, Id, external.TableName, result.Changed, result.Read - result.Changed - result.Poison.Count, result.Poison.Count);
    }

    private async Task<ImportClaims> ClaimAsync(MigrationContext context, UserModel model, CancellationToken cancellationToken)
    {
        ImportClaims claims = context.Attempt.OpenImportClaims();
        var scan = new SegmentedScan(context.Attempt, claims.ScanName, new NamedTable(external.TableName), external.Options);
        await scan.RunAsync(
            async (item, key, token) =>
            {
                if (TryToUser(item, key, model) is { } user && model.Key.FindInAnyForm(user) is { } found)
                    await claims.ClaimAsync(found, key, token).ConfigureAwait(false);
                return false;
            },
            cancellationToken).ConfigureAwait(false);
        return claims;
    }

    private Dictionary<string, AttributeValue>? TryToUser(
        Dictionary<string, AttributeValue> item, Dictionary<string, AttributeValue> key, UserModel model)
    {
        try
        {
            return ToUser(item, key, model);
        }
        catch (Exception)
        {
            return null; // the import reports the item as poison
        }
    }

    private Dictionary<string, AttributeValue> ToUser(
        Dictionary<string, AttributeValue> item, Dictionary<string, AttributeValue> key, UserModel model)
    {
        var user = new Dictionary<string, AttributeValue>(StringComparer.Ordinal);
        foreach ((string name, AttributeValue value) in AttributeValueComparer.Copy(item))
        {
            if (!user.TryAdd(NameOf(name), value))
                throw new InvalidBackfillChangeException($"renames an attribute to '{NameOf(name)}', which the item already has.");
        }

        external.Convert?.Invoke(user);
        foreach (KeyProperty part in ComputedParts(model).Where(part => !user.ContainsKey(part.AttributeName)))
            user[part.AttributeName] = new AttributeValue(external.UserId?.Invoke(item) ?? IdFrom(key));
        foreach (KeyProperty part in model.Key.Parts.Where(part => part.Kind == KeyPartKind.String))
        {
            if (user.GetValueOrDefault(part.AttributeName) is { N: { } number })
                user[part.AttributeName] = new AttributeValue(number);
        }

        return user;
    }

    // What the store would generate would be another value in each run.
    private static IReadOnlyList<KeyProperty> ComputedParts(UserModel model)
        => model.Key is { SortKey: null, PartitionKey: { Kind: not KeyPartKind.Integer } only } ? [only] : model.GeneratedKeys;

    private string NameOf(string attribute) => external.Attributes.TryGetValue(attribute, out string? name) ? name : attribute;

    private static string? ScalarOf(AttributeValue? value) => value?.S ?? value?.N;

    // A version-8 UUID (RFC 9562) that is the same for the same key of the same table.
    private string IdFrom(Dictionary<string, AttributeValue> key)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{external.TableName}\n{ImportClaims.TextOf(key)}"));
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString();
    }
}
