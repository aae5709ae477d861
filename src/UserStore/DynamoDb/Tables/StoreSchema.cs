using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Tables;

/// <summary>Defines the tables of one store from the annotated type and the options: the single source of their names, keys and
/// settings.</summary>
internal sealed class StoreSchema
{
    private const string DefaultUsersTable = "Users";
    private const string DefaultReservationsTable = "UserReservations";
    private const string DefaultTombstonesTable = "UserTombstones";
    private const string DefaultDataKeysTable = "UserDataKeys";

    private const string ErasingTransactions = "users are created in transactions that check the tombstones of erased users. Use tables in one Region, or "
        + "with multi-Region eventual consistency; or leave UserStoreOptions.Privacy.HashKey null.";

    private const string EncryptingTransactions = "a user is written in one transaction with its data key. Use tables in one Region, or with multi-Region "
        + "eventual consistency; or store users without encrypted properties.";

    private const string ReservingTransactions = "unique values are reserved in transactions. Use tables in one Region, or with multi-Region eventual "
        + "consistency; or store users without unique values: set UserStoreOptions.UniqueEmails to false, and declare no [Unique].";

    /// <summary>The partition key of the table of reservations.</summary>
    public const string ReservationKey = "reservation";

    /// <summary>The attribute with the key of the user for whom a value is reserved.</summary>
    public const string ReservationOwner = "owner";

    /// <summary>The attribute by which the reservations of an indexed value are found: the value, for whichever user.</summary>
    public const string ReservationValue = "value";

    /// <summary>The index of the reservations of indexed values.</summary>
    public const string ValueIndex = "value-index";

    /// <summary>The partition key of the table of tombstones.</summary>
    public const string TombstoneKey = "id";

    /// <summary>The attribute with the time at which a tombstone expires, in epoch seconds.</summary>
    public const string TombstoneExpiry = "expires_at";

    /// <summary>The partition key of the table of data keys: a keyed hash of the key of the user.</summary>
    public const string DataKeyKey = "id";

    /// <summary>The attribute with the wrapped data key.</summary>
    public const string DataKeyWrapped = "wrapped_key";

    public StoreSchema(UserModel model, UserStoreOptions options)
    {
        Model = model;
        Options = options;
        string users = options.UsersTable ?? model.DefaultTableName;
        bool hasReservations = model.UniqueValues.Any(unique => unique.IsReservedBy(options));
        var settings = new TableSettings(options);
        Users = new TableSchema(
            options.TableNamePrefix + users,
            KeyAttribute.Of(model.Key.PartitionKey.Property),
            [.. model.Indexes.Values.Select(index => IndexSchema.Of(index, options))],
            options)
        {
            SortKey = model.Key.SortKey is null ? null : KeyAttribute.Of(model.Key.SortKey.Property),
            TableStreamViewType = options.StreamViewType,
            TimeToLiveAttribute = options.EnableTimeToLive ? model.ExpiresAt?.AttributeName : null,
            Settings = settings,
            Transactions = hasReservations ? ReservingTransactions
                : model.Encrypted.Count > 0 ? EncryptingTransactions
                : options.Privacy.HashKey is null ? null : ErasingTransactions,
        };
        Reservations = hasReservations
            ? new TableSchema(
                options.TableNamePrefix + (options.ReservationsTable ?? Derived(users, DefaultReservationsTable, "Reservations")),
                new KeyAttribute(ReservationKey, ScalarAttributeType.S),
                model.UniqueValues.Any(unique => unique.IsShared) ? [IndexOfValues] : [],
                options)
            {
                Settings = settings,
                Transactions = ReservingTransactions,
            }
            : null;
        Tombstones = options.Privacy.HashKey is null
            ? null
            : new TableSchema(
                options.TableNamePrefix + (options.Privacy.TombstonesTable ?? Derived(users, DefaultTombstonesTable, "Tombstones")),
                new KeyAttribute(TombstoneKey, ScalarAttributeType.S),
                [],
                options)
            {
                TimeToLiveAttribute = TombstoneExpiry,
                Transactions = ErasingTransactions,
            };
        DataKeys = model.Encrypted.Count == 0
            ? null
            : new TableSchema(
                options.TableNamePrefix + (options.Privacy.DataKeysTable ?? Derived(users, DefaultDataKeysTable, "DataKeys")),
                new KeyAttribute(DataKeyKey, ScalarAttributeType.S),
                [],
                options)
            {
                Settings = new TableSettings(options, mayHaveBackups: false), // a deleted key must not remain in a backup
                Transactions = EncryptingTransactions,
            };
        Tables = [.. new[] { Users, Reservations, Tombstones, DataKeys }.OfType<TableSchema>()];
    }

    public UserModel Model { get; }

    public UserStoreOptions Options { get; }

    public TableSchema Users { get; }

    /// <summary>Gets the table of the reservations, or null if no values are unique.</summary>
    public TableSchema? Reservations { get; }

    /// <summary>Gets the table of the tombstones of erased users, or null if the options do not permit erasure.</summary>
    public TableSchema? Tombstones { get; }

    /// <summary>Gets the table of the data keys of users, or null if the type has no encrypted properties.</summary>
    public TableSchema? DataKeys { get; }

    private static IndexSchema IndexOfValues { get; } = new(
        ValueIndex, new KeyAttribute(ReservationValue, ScalarAttributeType.S), new KeyAttribute(ReservationKey, ScalarAttributeType.S));

    /// <summary>Gets all tables of the store.</summary>
    public TableSchema[] Tables { get; }

    /// <summary>Returns the name of an index of the users' table in DynamoDB.</summary>
    public string NameOf(MappedIndex index) => IndexSchema.NameOf(index, Options);

    /// <summary>Returns the users' table as the SDK's context requires it, so that the context sends no DescribeTable request.</summary>
    public Table ToSdkTable(IAmazonDynamoDB client)
    {
        ITableBuilder builder = new TableBuilder(client, Users.TableName)
            .AddHashKey(Model.Key.PartitionKey.AttributeName, EntryType(Model.Key.PartitionKey.Property));
        if (Model.Key.SortKey is { } sortKey)
            builder = builder.AddRangeKey(sortKey.AttributeName, EntryType(sortKey.Property));
        foreach (MappedIndex index in Model.Indexes.Values.Where(index => !index.IsLocal))
        {
            string name = NameOf(index);
            string partitionKey = index.PartitionKey.AttributeName;
            builder = index.SortKey is null
                ? builder.AddGlobalSecondaryIndex(name, partitionKey, EntryType(index.PartitionKey))
                : builder.AddGlobalSecondaryIndex(
                    name, partitionKey, EntryType(index.PartitionKey), index.SortKey.AttributeName, EntryType(index.SortKey));
        }

        return builder.Build();
    }

    // Two user types must not share reservations or tombstones: the owner of a value is looked up only in the table of its own type.
    private static string Derived(string users, string ofUsers, string suffix) => users == DefaultUsersTable ? ofUsers : users + suffix;

    private static DynamoDBEntryType EntryType(MappedProperty key)
        => key.KeyKind() == ScalarKind.Number ? DynamoDBEntryType.Numeric : DynamoDBEntryType.String;

    public static StreamSpecification? StreamOf(TableStreamViewType view) => view switch
    {
        TableStreamViewType.KeysOnly => Enabled(StreamViewType.KEYS_ONLY),
        TableStreamViewType.NewImage => Enabled(StreamViewType.NEW_IMAGE),
        TableStreamViewType.OldImage => Enabled(StreamViewType.OLD_IMAGE),
        TableStreamViewType.NewAndOldImages => Enabled(StreamViewType.NEW_AND_OLD_IMAGES),
        _ => null,
    };

    private static StreamSpecification Enabled(StreamViewType view) => new() { StreamEnabled = true, StreamViewType = view };
}
