using System.Diagnostics.CodeAnalysis;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.Modeling;
using UserStore.Replication;
using UserStore.Replication.Targets;

namespace UserStore.Schema;

/// <summary>Describes the tables of a store as annotated types and options define them: those that
/// <see cref="IUserStore{TUser}.EnsureTablesAsync"/> creates, for services that create tables by other means.</summary>
public sealed class UserStoreSchema
{
    private readonly StoreSchema _store;

    private UserStoreSchema(StoreSchema store)
    {
        _store = store;
        Users = ToDefinition(store.Users);
        Reservations = store.Reservations is null ? null : ToDefinition(store.Reservations);
        Tombstones = store.Tombstones is null ? null : ToDefinition(store.Tombstones);
        DataKeys = store.DataKeys is null ? null : ToDefinition(store.DataKeys);
        Tables = [.. new[] { Users, Reservations, Tombstones, DataKeys }.OfType<TableDefinition>()];
    }

    /// <summary>Gets the table of the users.</summary>
    public TableDefinition Users { get; }

    /// <summary>Gets the table that reserves emails; <see langword="null"/> if they are not unique.</summary>
    public TableDefinition? Reservations { get; }

    /// <summary>Gets the table of the tombstones of erased users; <see langword="null"/> without <see cref="UserPrivacyOptions.HashKey"/>.</summary>
    public TableDefinition? Tombstones { get; }

    /// <summary>Gets the table of the data keys of users; <see langword="null"/> if the type has no encrypted properties.</summary>
    public TableDefinition? DataKeys { get; }

    /// <summary>Gets all tables of the store.</summary>
    public IReadOnlyList<TableDefinition> Tables { get; }

    /// <summary>Returns the tables of a store.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <param name="options">The options of the store.</param>
    /// <returns>The tables.</returns>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not define a valid table.</exception>
    public static UserStoreSchema For<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(UserStoreOptions options)
        where TUser : class
    {
        ArgumentNullException.ThrowIfNull(options);
        return new UserStoreSchema(new StoreSchema(UserModel.For<TUser>(options), options));
    }

    /// <summary>Returns the tables of a replication of these users.</summary>
    /// <typeparam name="TView">The annotated type of the target's items.</typeparam>
    /// <param name="options">The options of the replication; the defaults if null.</param>
    /// <returns>The target and its guards.</returns>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TView"/> do not define a valid table.</exception>
    public ReplicationDefinition ReplicationTo<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView>(
        UserReplicationOptions? options = null)
        where TView : class
    {
        var replication = new ReplicationSchema(_store, ViewModel.For<TView>(), options ?? new UserReplicationOptions());
        return new ReplicationDefinition(ToDefinition(replication.Target), ToDefinition(replication.Guards));
    }

    /// <summary>Returns the tables of the migrations of this store.</summary>
    /// <param name="options">The options of the migrations; the defaults if null.</param>
    /// <returns>The journal and the lock table, as a run creates them if they are missing.</returns>
    public MigrationDefinition MigrationTables(MigrationOptions? options = null)
    {
        options ??= new MigrationOptions();
        return new MigrationDefinition(
            ToDefinition(JournalTables.TableFor(_store, options.JournalTable)),
            ToDefinition(JournalTables.TableFor(_store, options.LockTable)));
    }

    private static TableDefinition ToDefinition(TableSchema table) => new(
        table.TableName,
        ToDefinition(table.Key),
        table.SortKey is null ? null : ToDefinition(table.SortKey),
        [.. table.Indexes.Select(index => new IndexDefinition(
            index.Name, ToDefinition(index.PartitionKey), index.SortKey is null ? null : ToDefinition(index.SortKey)))])
    {
        TimeToLiveAttribute = table.TimeToLiveAttribute,
        StreamViewType = table.TableStreamViewType,
        DeletionProtection = table.Settings?.Options.DeletionProtection == true,
        PointInTimeRecovery = table.Settings?.PointInTimeRecovery == true,
        PointInTimeRecoveryDays = table.Settings?.PointInTimeRecoveryDays,
        EncryptionKey = table.Settings?.Options.EncryptionKey,
        TableClass = table.Settings?.Options.TableClass,
        Tags = table.Settings?.Options.Tags.ToDictionary() ?? [],
        MaxReadRequestUnits = table.Settings?.Options.MaxReadRequestUnits,
        MaxWriteRequestUnits = table.Settings?.Options.MaxWriteRequestUnits,
        WarmReadUnitsPerSecond = table.Settings?.Options.WarmReadUnitsPerSecond,
        WarmWriteUnitsPerSecond = table.Settings?.Options.WarmWriteUnitsPerSecond,
    };

    private static KeyDefinition ToDefinition(KeyAttribute key) => new(key.AttributeName, key.AttributeType.Value);
}
