using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Tables;

/// <summary>One table as it should be: its name, key, indexes and settings.</summary>
internal sealed class TableSchema(string tableName, KeyAttribute key, IReadOnlyList<UserIndex> indexes, UserStoreOptions options)
    : NamedTable(tableName)
{
    public KeyAttribute Key => key;

    public IReadOnlyList<UserIndex> Indexes => indexes;

    public string? TimeToLiveAttribute { get; init; }

    public StreamSpecification? Stream { get; init; }

    /// <summary>Returns the name that an index has in the table.</summary>
    public string NameOf(UserIndex index) => options.IndexNames.TryGetValue(index.Name, out string? name) ? name : index.Name;

    public CreateTableRequest ToCreateRequest() => new()
    {
        TableName = TableName,
        KeySchema = [new KeySchemaElement(key.AttributeName, KeyType.HASH)],
        AttributeDefinitions = AttributeDefinitions([key, .. indexes.SelectMany(Keys)]),
        GlobalSecondaryIndexes = indexes.Count == 0 ? null : [.. indexes.Select(index => ToIndexRequest(index, IsProvisioned))],
        BillingMode = IsProvisioned ? BillingMode.PROVISIONED : BillingMode.PAY_PER_REQUEST,
        ProvisionedThroughput = Throughput(IsProvisioned),
        StreamSpecification = Stream,
    };

    /// <summary>Returns the request that adds an index to a table, which is paid as that table is, whatever the options say.</summary>
    public UpdateTableRequest ToAddIndexRequest(UserIndex index, TableDescription table)
    {
        GlobalSecondaryIndex definition = ToIndexRequest(index, isProvisioned: table.ProvisionedThroughput?.ReadCapacityUnits > 0);
        return new()
        {
            TableName = TableName,
            AttributeDefinitions = AttributeDefinitions([key, .. Keys(index)]),
            GlobalSecondaryIndexUpdates =
            [
                new GlobalSecondaryIndexUpdate
                {
                    Create = new CreateGlobalSecondaryIndexAction
                    {
                        IndexName = definition.IndexName,
                        KeySchema = definition.KeySchema,
                        Projection = definition.Projection,
                        ProvisionedThroughput = definition.ProvisionedThroughput,
                    },
                },
            ],
        };
    }

    /// <summary>Returns how a table that exists differs from this one in its own keys or its indexes, or null.</summary>
    public override UserStoreSchemaException? Difference(TableDescription table, Exception? cause = null)
    {
        if (!SameKeys(table.KeySchema, table.AttributeDefinitions, [key]))
        {
            return new UserStoreSchemaException(
                TableName,
                null,
                $"has another key than '{key.AttributeName}' ({key.AttributeType}). Use another table name or prefix, or move the data to a new table.",
                cause);
        }

        return indexes.Select(index => DifferenceOf(table, index, cause)).FirstOrDefault(difference => difference is not null);
    }

    /// <summary>Returns how an index of a table that exists differs from the one that it should be, or null.</summary>
    public UserStoreSchemaException? DifferenceOf(TableDescription table, UserIndex index, Exception? cause = null)
        => Problem(table, index) is { } problem ? new UserStoreSchemaException(TableName, NameOf(index), problem, cause) : null;

    /// <summary>Returns the keys that say where a query of an index, or a scan of the table, goes on.</summary>
    public IEnumerable<KeyAttribute> StartKeyOf(UserIndex? index) => index is null ? [key] : [key, .. Keys(index)];

    public GlobalSecondaryIndexDescription? Find(TableDescription table, UserIndex index)
        => table.GlobalSecondaryIndexes?.Find(candidate => candidate.IndexName == NameOf(index));

    private bool IsProvisioned => options.Billing == TableBilling.Provisioned;

    private string? Problem(TableDescription table, UserIndex index)
    {
        const string Remedy = "Delete it and run EnsureTablesAsync, or name another one in UserStoreOptions.IndexNames.";
        GlobalSecondaryIndexDescription? found = Find(table, index);
        if (found is null)
            return "does not exist. Run EnsureTablesAsync, or correct UserStoreOptions.IndexNames.";
        if (!SameKeys(found.KeySchema, table.AttributeDefinitions, Keys(index)))
            return $"has other keys than {Describe(index)}. {Remedy}";
        return found.Projection?.ProjectionType == ProjectionType.ALL ? null : $"does not hold all attributes (projection ALL). {Remedy}";
    }

    private static KeyAttribute[] Keys(UserIndex index) => index.SortKey is null
        ? [KeyAttribute.Of(index.PartitionKey)]
        : [KeyAttribute.Of(index.PartitionKey), KeyAttribute.Of(index.SortKey)];

    private static string Describe(UserIndex index)
        => string.Join(" and ", Keys(index).Select(key => $"'{key.AttributeName}' ({key.AttributeType})"));

    private static List<AttributeDefinition> AttributeDefinitions(IEnumerable<KeyAttribute> keys)
        => [.. keys.Distinct().Select(key => new AttributeDefinition(key.AttributeName, key.AttributeType))];

    private static bool SameKeys(List<KeySchemaElement> actual, List<AttributeDefinition> types, KeyAttribute[] expected)
        => actual.OrderBy(key => key.KeyType == KeyType.HASH ? 0 : 1)
            .Select(key => (key.AttributeName, types.Find(type => type.AttributeName == key.AttributeName)?.AttributeType))
            .SequenceEqual(expected.Select(key => (key.AttributeName, (ScalarAttributeType?)key.AttributeType)));

    private GlobalSecondaryIndex ToIndexRequest(UserIndex index, bool isProvisioned) => new()
    {
        IndexName = NameOf(index),
        KeySchema = [.. Keys(index).Select(
            (key, position) => new KeySchemaElement(key.AttributeName, position == 0 ? KeyType.HASH : KeyType.RANGE))],
        Projection = new Projection { ProjectionType = ProjectionType.ALL },
        ProvisionedThroughput = Throughput(isProvisioned),
    };

    private ProvisionedThroughput? Throughput(bool isProvisioned)
        => isProvisioned ? new ProvisionedThroughput(options.ReadCapacityUnits, options.WriteCapacityUnits) : null;
}
