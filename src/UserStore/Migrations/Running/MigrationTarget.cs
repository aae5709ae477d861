using Amazon.DynamoDBv2;
using UserStore.DynamoDb.Sending;
using UserStore.Migrations.Journaling;

namespace UserStore.Migrations.Running;

/// <summary>Represents a store whose migrations run, with their journal, lock and checkpoints.</summary>
/// <param name="Store">The store.</param>
/// <param name="Journal">The journal.</param>
/// <param name="Lock">The lock.</param>
/// <param name="Checkpoints">The checkpoints.</param>
/// <param name="Client">The client of the tables; null in memory, where there are none.</param>
internal sealed record MigrationTarget(
    MigrationStoreAccess Store, IMigrationJournal Journal, IMigrationLockStore Lock, ICheckpointStore Checkpoints, IAmazonDynamoDB? Client)
{
    /// <summary>Gets the tables of the migrations; null in memory, where there are none.</summary>
    public JournalTables? Tables { get; private init; }

    /// <summary>Gets the names of the tables of all stores of the application, which are deleted only with permission.</summary>
    public Func<IReadOnlyCollection<string>> StoreTables { get; init; } = () => [.. Store.Schema.Tables.Select(table => table.TableName)];

    /// <summary>Gets the recorder that receives the requests of migrations in memory.</summary>
    public Recorder? InMemoryRecorder { get; } = Client is null ? new Recorder(inner: null) : null;

    public static MigrationTarget InDynamoDb(MigrationStoreAccess store, StoreConnection connection, MigrationOptions options)
    {
        var tables = new JournalTables(connection, store.Schema, options);
        return new MigrationTarget(
            store, new DynamoDbMigrationJournal(tables), new DynamoDbLockStore(tables), new DynamoDbCheckpointStore(tables), connection.Client)
        {
            Tables = tables,
        };
    }

    /// <summary>Creates a target without tables, for tests.</summary>
    public static MigrationTarget InMemory<TStorage>(MigrationStoreAccess store, TStorage storage)
        where TStorage : IMigrationJournal, IMigrationLockStore, ICheckpointStore
        => new(store, storage, storage, storage, Client: null);
}
