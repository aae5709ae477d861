using Microsoft.Extensions.DependencyInjection;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Running;

namespace UserStore;

/// <summary>Adds further parts to a registered store. Returned by <c>AddUserStore</c>.</summary>
public sealed class UserStoreBuilder
{
    internal UserStoreBuilder(IServiceCollection services, Type userType, Func<StoreSchema, StoreConnection, MigrationStoreAccess> openForMigrations)
    {
        (Services, UserType, OptionsName) = (services, userType, UserStoreOptions.NameFor(userType));
        OpenForMigrations = openForMigrations;
    }

    /// <summary>Gets the services in which the store is registered.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Gets the type of the users.</summary>
    public Type UserType { get; }

    /// <summary>Gets the name of this store's <see cref="UserStoreOptions"/>: the full name of the user type.</summary>
    public string OptionsName { get; }

    /// <summary>Gets a function that opens the store for migrations, which do not know its user type.</summary>
    internal Func<StoreSchema, StoreConnection, MigrationStoreAccess> OpenForMigrations { get; }
}
