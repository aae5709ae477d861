using System.Diagnostics.CodeAnalysis;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations;
using UserStore.Modeling;
using UserStore.Replication;
using UserStore.Replication.Targets;

namespace UserStore.DependencyInjection;

/// <summary>Represents a registration that uses tables: a store, its migrations, or one of its replications.</summary>
/// <param name="UserType">The user type of the store.</param>
/// <param name="OptionsType">The type of the options that name the tables.</param>
/// <param name="OptionsName">The name of the options.</param>
/// <param name="Tables">Returns the tables by the given options or, if null, by those that are registered.</param>
internal sealed record TableOwner(
    Type UserType, Type OptionsType, string OptionsName, Func<IServiceProvider, object?, IReadOnlyList<TableUse>> Tables)
{
    public bool IsReplication => OptionsType == typeof(UserReplicationOptions);

    public static TableOwner Store<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(string optionsName)
        where TUser : class
        => new(typeof(TUser), typeof(UserStoreOptions), optionsName, (provider, given) =>
        {
            UserStoreOptions options = given as UserStoreOptions ?? StoreRegistry.CreateOptions<UserStoreOptions>(provider, optionsName);
            var schema = new StoreSchema(UserModel.For<TUser>(options), options);
            var users = new TableUse(
                nameof(options.UsersTable), schema.Users.TableName, "users' table", NameLike(typeof(TUser), "{0}s", options, schema.Users.TableName));
            List<TableUse> tables = [users];
            UserPrivacyOptions privacy = options.Privacy;
            Add(schema.Reservations, nameof(options.ReservationsTable), options.ReservationsTable, "reservations table", "{0}Reservations");
            Add(schema.Tombstones, $"Privacy.{nameof(privacy.TombstonesTable)}", privacy.TombstonesTable, "tombstones table", "{0}Tombstones");
            Add(schema.DataKeys, $"Privacy.{nameof(privacy.DataKeysTable)}", privacy.DataKeysTable, "data keys table", "{0}DataKeys");
            return tables;

            void Add(TableSchema? table, string setting, string? configured, string description, string pattern)
            {
                if (table is { TableName: var name })
                    tables.Add(new(setting, name, description, NameLike(typeof(TUser), pattern, options, name), IsDerived: configured is null));
            }
        });

    public static TableOwner Migrations(Type userType, string optionsName)
        => new(userType, typeof(MigrationOptions), optionsName, (provider, given) =>
        {
            UserStoreOptions store = StoreRegistry.CreateOptions<UserStoreOptions>(provider, optionsName);
            MigrationOptions options = given as MigrationOptions ?? StoreRegistry.CreateOptions<MigrationOptions>(provider, optionsName);
            string journal = store.TableNamePrefix + options.JournalTable;
            string locks = store.TableNamePrefix + options.LockTable;
            return
            [
                new(nameof(options.JournalTable), journal, "migration journal", NameLike(userType, "_migrations-{0}", store, journal)),
                new(nameof(options.LockTable), locks, "lock table of the migrations", NameLike(userType, "_migrations-{0}-lock", store, locks)),
            ];
        });

    public static TableOwner Replication(Type userType, ViewModel view, string storeName, string optionsName)
        => new(userType, typeof(UserReplicationOptions), optionsName, (provider, given) =>
        {
            UserStoreOptions store = StoreRegistry.CreateOptions<UserStoreOptions>(provider, storeName);
            UserReplicationOptions options = given as UserReplicationOptions
                ?? StoreRegistry.CreateOptions<UserReplicationOptions>(provider, optionsName);
            (string target, string guards) = ReplicationSchema.TablesOf(view, options);
            (target, guards) = (store.TableNamePrefix + target, store.TableNamePrefix + guards);
            return
            [
                new(nameof(options.TargetTable), target, "target table of a replication", NameLike(userType, $"{{0}}{view.DefaultTableName}", store, target)),
                new(
                    nameof(options.GuardTable),
                    guards,
                    "guard table of a replication",
                    NameLike(userType, $"{{0}}{view.DefaultTableName}Guards", store, guards),
                    IsDerived: options.GuardTable is null),
            ];
        });

    // A name without prefix that contains the user type, unless the table already has it.
    private static string? NameLike(Type userType, string format, UserStoreOptions options, string tableName)
    {
        string name = format.Replace("{0}", userType.Name, StringComparison.Ordinal);
        return ResourceName.IsValid(name) && options.TableNamePrefix + name != tableName ? name : null;
    }
}

/// <summary>Represents the use of a table.</summary>
/// <param name="Property">The property of the options that sets its name.</param>
/// <param name="TableName">Its name, with the prefix.</param>
/// <param name="Role">What it is used for, as the middle of the sentence "It is the ... of a store."</param>
/// <param name="Suggestion">Another name, without the prefix, to suggest; null for none.</param>
/// <param name="IsDerived">Whether the name is not set, but derived from the previous table.</param>
internal sealed record TableUse(string Property, string TableName, string Role, string? Suggestion, bool IsDerived = false);
