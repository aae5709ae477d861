using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb;

/// <summary>The users' table as the annotated type and the options define it: the one source of its names, keys and settings.</summary>
internal sealed class TableSchema
{
    public TableSchema(UserModel model, UserStoreOptions options)
    {
        Model = model;
        Options = options;
        NameWithoutPrefix = options.UsersTable ?? model.DefaultTableName;
        TableName = options.TableNamePrefix + NameWithoutPrefix;
        Indexes = [.. model.Indexes.Values];
    }

    public UserModel Model { get; }

    public UserStoreOptions Options { get; }

    public string TableName { get; }

    public string NameWithoutPrefix { get; }

    public IReadOnlyList<UserIndex> Indexes { get; }

    public string? TimeToLiveAttribute => Options.EnableTimeToLive ? Model.ExpiresAt.AttributeName : null;

    public StreamSpecification? Stream => Options.Stream switch
    {
        StreamView.KeysOnly => Enabled(StreamViewType.KEYS_ONLY),
        StreamView.NewImage => Enabled(StreamViewType.NEW_IMAGE),
        StreamView.OldImage => Enabled(StreamViewType.OLD_IMAGE),
        StreamView.NewAndOldImages => Enabled(StreamViewType.NEW_AND_OLD_IMAGES),
        _ => null,
    };

    /// <summary>Returns the name that an index has in the table.</summary>
    public string NameOf(UserIndex index) => Options.IndexNames.TryGetValue(index.Name, out string? name) ? name : index.Name;

    public CreateTableRequest ToCreateRequest() => new()
    {
        TableName = TableName,
        KeySchema = [new KeySchemaElement(Model.Key.AttributeName, KeyType.HASH)],
        AttributeDefinitions = AttributeDefinitions([Model.Key, .. Indexes.SelectMany(Keys)]),
        GlobalSecondaryIndexes = Indexes.Count == 0 ? null : [.. Indexes.Select(index => ToIndexRequest(index, IsProvisioned))],
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
            AttributeDefinitions = AttributeDefinitions([Model.Key, .. Keys(index)]),
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

    /// <summary>Returns the table as the SDK's context needs to know it, so that it asks the service for nothing.</summary>
    public Table ToSdkTable(IAmazonDynamoDB client)
    {
        ITableBuilder builder = new TableBuilder(client, TableName).AddHashKey(Model.Key.AttributeName, DynamoDBEntryType.String);
        foreach (UserIndex index in Indexes)
        {
            builder = index.SortKey is null
                ? builder.AddGlobalSecondaryIndex(NameOf(index), index.PartitionKey.AttributeName, EntryType(index.PartitionKey))
                : builder.AddGlobalSecondaryIndex(
                    NameOf(index), index.PartitionKey.AttributeName, EntryType(index.PartitionKey), index.SortKey.AttributeName, EntryType(index.SortKey));
        }

        return builder.Build();
    }

    /// <summary>Returns how a table that exists differs from this one in its own keys or its indexes, or null.</summary>
    public UserStoreSchemaException? Difference(TableDescription table, Exception? cause = null)
    {
        if (!SameKeys(table.KeySchema, table.AttributeDefinitions, [Model.Key]))
        {
            return new UserStoreSchemaException(
                TableName,
                null,
                $"has another key than '{Model.Key.AttributeName}' (S). Use another table name or prefix, or move the data to a new table.",
                cause);
        }

        foreach (UserIndex index in Indexes)
        {
            if (Problem(table, index) is { } problem)
                return new UserStoreSchemaException(TableName, NameOf(index), problem, cause);
        }

        return null;
    }

    /// <summary>Returns the keys that say where a query of an index, or a scan of the table, goes on.</summary>
    public IEnumerable<UserProperty> StartKeyOf(UserIndex? index) => index is null ? [Model.Key] : [Model.Key, .. Keys(index)];

    public GlobalSecondaryIndexDescription? Find(TableDescription table, UserIndex index)
        => table.GlobalSecondaryIndexes?.Find(candidate => candidate.IndexName == NameOf(index));

    private bool IsProvisioned => Options.Billing == TableBilling.Provisioned;

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

    private static StreamSpecification Enabled(StreamViewType view) => new() { StreamEnabled = true, StreamViewType = view };

    private static UserProperty[] Keys(UserIndex index)
        => index.SortKey is null ? [index.PartitionKey] : [index.PartitionKey, index.SortKey];

    private static string Describe(UserIndex index)
        => string.Join(" and ", Keys(index).Select(key => $"'{key.AttributeName}' ({AttributeType(key)})"));

    private static List<AttributeDefinition> AttributeDefinitions(IEnumerable<UserProperty> keys)
        => [.. keys.Distinct().Select(key => new AttributeDefinition(key.AttributeName, AttributeType(key)))];

    private static ScalarAttributeType AttributeType(UserProperty key)
        => key.KeyKind() == ScalarKind.Number ? ScalarAttributeType.N : ScalarAttributeType.S;

    private static DynamoDBEntryType EntryType(UserProperty key)
        => key.KeyKind() == ScalarKind.Number ? DynamoDBEntryType.Numeric : DynamoDBEntryType.String;

    private static bool SameKeys(List<KeySchemaElement> actual, List<AttributeDefinition> types, UserProperty[] expected)
        => actual.OrderBy(key => key.KeyType == KeyType.HASH ? 0 : 1)
            .Select(key => (key.AttributeName, types.Find(type => type.AttributeName == key.AttributeName)?.AttributeType))
            .SequenceEqual(expected.Select(key => (key.AttributeName, (ScalarAttributeType?)AttributeType(key))));

    private GlobalSecondaryIndex ToIndexRequest(UserIndex index, bool isProvisioned) => new()
    {
        IndexName = NameOf(index),
        KeySchema = [.. Keys(index).Select(
            (key, position) => new KeySchemaElement(key.AttributeName, position == 0 ? KeyType.HASH : KeyType.RANGE))],
        Projection = new Projection { ProjectionType = ProjectionType.ALL },
        ProvisionedThroughput = Throughput(isProvisioned),
    };

    private ProvisionedThroughput? Throughput(bool isProvisioned)
        => isProvisioned ? new ProvisionedThroughput(Options.ReadCapacityUnits, Options.WriteCapacityUnits) : null;
}
