using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Tables;

/// <summary>Defines a table: its name, keys, indexes and settings.</summary>
internal sealed class TableSchema(string tableName, KeyAttribute key, IReadOnlyList<IndexSchema> indexes, UserStoreOptions options)
    : NamedTable(tableName)
{
    /// <summary>Gets the partition key.</summary>
    public KeyAttribute Key => key;

    public KeyAttribute? SortKey { get; init; }

    /// <summary>Gets the attributes that identify an item.</summary>
    public KeyAttribute[] Keys => SortKey is null ? [key] : [key, SortKey];

    public IReadOnlyList<IndexSchema> Indexes => indexes;

    /// <summary>Gets the indexes that can be added to an existing table.</summary>
    public IEnumerable<IndexSchema> GlobalIndexes => indexes.Where(index => !index.IsLocal);

    public string? TimeToLiveAttribute { get; init; }

    public TableStreamViewType TableStreamViewType { get; init; }

    /// <summary>Gets the settings that the options require; null for tables to which these options do not apply.</summary>
    public TableSettings? Settings { get; init; }

    /// <summary>Gets what is written to the table in transactions, and the remedy where they are not available, as the second half of a sentence;
    /// null if nothing is.</summary>
    public string? Transactions { get; init; }

    public StreamSpecification? Stream => StoreSchema.StreamOf(TableStreamViewType);

    /// <summary>Returns the settings that <c>UpdateTable</c> changes.</summary>
    public IEnumerable<TableSetting> SettingsToEnsure => Settings?.For(GlobalIndexes.Select(index => index.Name)) ?? [];

    public CreateTableRequest ToCreateRequest()
    {
        var request = new CreateTableRequest
        {
            TableName = TableName,
            KeySchema = ToKeySchema(Keys),
            AttributeDefinitions = AttributeDefinitions([.. Keys, .. indexes.SelectMany(index => index.Keys)]),
            GlobalSecondaryIndexes = GlobalIndexes.Any() ? [.. GlobalIndexes.Select(index => ToIndexRequest(index, IsProvisioned))] : null,
            LocalSecondaryIndexes = LocalIndexes.Any() ? [.. LocalIndexes.Select(ToLocalIndexRequest)] : null,
            BillingMode = IsProvisioned ? BillingMode.PROVISIONED : BillingMode.PAY_PER_REQUEST,
            ProvisionedThroughput = Throughput(IsProvisioned),
            StreamSpecification = Stream,
        };
        Settings?.AddTo(request);
        return request;
    }

    /// <summary>Returns the request that adds an index to an existing table, in the billing mode of that table.</summary>
    public UpdateTableRequest ToAddIndexRequest(IndexSchema index, TableDescription table)
    {
        GlobalSecondaryIndex definition = ToIndexRequest(index, TableSettings.IsProvisioned(table));
        return new()
        {
            TableName = TableName,
            AttributeDefinitions = AttributeDefinitions([.. Keys, .. index.Keys]),
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
                        OnDemandThroughput = definition.OnDemandThroughput,
                        WarmThroughput = definition.WarmThroughput,
                    },
                },
            ],
        };
    }

    /// <summary>Returns the first difference of an existing table from this definition in keys and indexes, or null.</summary>
    public override UserStoreSchemaException? Difference(TableDescription table, Exception? cause = null)
        => Differences(table, cause).FirstOrDefault();

    /// <summary>Returns all differences of an existing table from this definition in keys and indexes.</summary>
    public IEnumerable<UserStoreSchemaException> Differences(TableDescription table, Exception? cause = null)
    {
        if (!SameKeys(table.KeySchema, table.AttributeDefinitions, Keys))
        {
            yield return new UserStoreSchemaException(
                TableName,
                null,
                $"has another key than {Describe(Keys)}. Use another table name or prefix, or move the data to a new table.",
                cause);
            yield break;
        }

        foreach (IndexSchema index in indexes)
        {
            if (DifferenceOf(table, index, cause) is { } difference)
                yield return difference;
        }
    }

    /// <summary>Returns how an index of an existing table differs from its definition, or null.</summary>
    public UserStoreSchemaException? DifferenceOf(TableDescription table, IndexSchema index, Exception? cause = null)
        => Problem(table, index) is { } problem ? new UserStoreSchemaException(TableName, index.Name, problem, cause) : null;

    /// <summary>Returns the attributes of the start key of a query of an index, or of a scan of the table.</summary>
    public IEnumerable<KeyAttribute> StartKeyOf(MappedIndex? index) => index is null or { IsTable: true }
        ? Keys
        : [.. Keys, .. IndexSchema.Of(index, options).Keys];

    private IEnumerable<IndexSchema> LocalIndexes => indexes.Where(index => index.IsLocal);

    private bool IsProvisioned => options.BillingMode == TableBillingMode.Provisioned;

    private static string? Problem(TableDescription table, IndexSchema index)
    {
        if (index.IsLocal)
            return LocalProblem(table, index);
        const string Remedy = "Delete it and run EnsureTablesAsync, or set another name in UserStoreOptions.IndexNames.";
        GlobalSecondaryIndexDescription? found = index.FindIn(table);
        if (found is null)
            return "does not exist. Run EnsureTablesAsync, or correct UserStoreOptions.IndexNames.";
        if (!SameKeys(found.KeySchema, table.AttributeDefinitions, index.Keys))
            return $"has other keys than {Describe(index.Keys)}. {Remedy}";
        return found.Projection?.ProjectionType == ProjectionType.ALL ? null : $"does not project all attributes (projection type ALL). {Remedy}";
    }

    // DynamoDB creates local indexes with the table only.
    private static string? LocalProblem(TableDescription table, IndexSchema index)
    {
        LocalSecondaryIndexDescription? found = table.LocalSecondaryIndexes?.Find(candidate => candidate.IndexName == index.Name);
        if (found is null)
            return "does not exist, and a local index can only be created with the table. Correct UserStoreOptions.IndexNames, or use a global index.";
        return SameKeys(found.KeySchema, table.AttributeDefinitions, index.Keys)
            ? null
            : $"has other keys than {Describe(index.Keys)}. Set another name in UserStoreOptions.IndexNames.";
    }

    private LocalSecondaryIndex ToLocalIndexRequest(IndexSchema index) => new()
    {
        IndexName = index.Name,
        KeySchema = ToKeySchema(index.Keys),
        Projection = new Projection { ProjectionType = ProjectionType.ALL },
    };

    private static string Describe(KeyAttribute[] keys)
        => string.Join(" and ", keys.Select(key => $"'{key.AttributeName}' ({key.AttributeType})"));

    private static List<AttributeDefinition> AttributeDefinitions(IEnumerable<KeyAttribute> keys)
        => [.. keys.Distinct().Select(key => new AttributeDefinition(key.AttributeName, key.AttributeType))];

    private static bool SameKeys(List<KeySchemaElement> actual, List<AttributeDefinition> types, KeyAttribute[] expected)
        => actual.OrderBy(key => key.KeyType == KeyType.HASH ? 0 : 1)
            .Select(key => (key.AttributeName, types.Find(type => type.AttributeName == key.AttributeName)?.AttributeType))
            .SequenceEqual(expected.Select(key => (key.AttributeName, (ScalarAttributeType?)key.AttributeType)));

    private static List<KeySchemaElement> ToKeySchema(KeyAttribute[] keys)
        => [.. keys.Select((key, position) => new KeySchemaElement(key.AttributeName, position == 0 ? KeyType.HASH : KeyType.RANGE))];

    private GlobalSecondaryIndex ToIndexRequest(IndexSchema index, bool isProvisioned) => new()
    {
        IndexName = index.Name,
        KeySchema = ToKeySchema(index.Keys),
        Projection = new Projection { ProjectionType = ProjectionType.ALL },
        ProvisionedThroughput = Throughput(isProvisioned),
        OnDemandThroughput = isProvisioned ? null : Settings?.Maximum,
        WarmThroughput = Settings?.Warm,
    };

    private ProvisionedThroughput? Throughput(bool isProvisioned)
        => isProvisioned ? new ProvisionedThroughput(options.ReadCapacityUnits, options.WriteCapacityUnits) : null;
}
