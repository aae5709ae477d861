using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using UserStore;
using UserStore.DependencyInjection;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Running;
using UserStore.Modeling;
using UserStore.Privacy;
using UserStore.Testing;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Replaces registered stores with in-memory stores.</summary>
public static class InMemoryUserStoreServiceCollectionExtensions
{
    /// <summary>Replaces <see cref="IUserStore"/>, <see cref="IUserStore{TUser}"/>, <see cref="IUserBatchWriter{TUser}"/>,
    /// <see cref="IUniqueValueAudit{TUser}"/> and <see cref="IUserPrivacy{TUser}"/> of <see cref="User"/> with in-memory implementations, whether or not they
    /// are registered.</summary>
    /// <param name="services">The service collection of the application or test.</param>
    /// <param name="configure">Configures the store. Unless set here, the clock is the registered <see cref="TimeProvider"/>, and the settings
    /// for emails and tokens are those of the registered <see cref="UserStoreOptions"/>.</param>
    /// <returns>The service collection. Migrations of the store run in memory, against empty tables, and are journaled in memory. The store is
    /// also registered as <see cref="InMemoryUserStore"/>, to give access to its faults and recorded calls.</returns>
    public static IServiceCollection AddInMemoryUserStore(
        this IServiceCollection services, Action<InMemoryUserStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        services.RemoveAll<InMemoryUserStore>();
        services.AddSingleton(provider => new InMemoryUserStore(OptionsFor<User>(provider, configure)));
        services.Replace(ServiceDescriptor.Singleton<IUserStore>(static provider => provider.GetRequiredService<InMemoryUserStore>()));
        services.Replace(
            ServiceDescriptor.Singleton<IUserStore<User>>(static provider => provider.GetRequiredService<InMemoryUserStore>()));
        services.Replace(ServiceDescriptor.Singleton<IUniqueValueAudit<User>>(
            static provider => new InMemoryUniqueValueAudit<User>(provider.GetRequiredService<InMemoryUserStore>())));
        services.Replace(ServiceDescriptor.Singleton<IUserBatchWriter<User>>(
            static provider => new InMemoryUserBatchWriter<User>(provider.GetRequiredService<InMemoryUserStore>())));
        services.Replace(ServiceDescriptor.Singleton<IUserPrivacy<User>>(
            static provider => new InMemoryUserPrivacy<User>(provider.GetRequiredService<InMemoryUserStore>())));
        PutMigrationsInMemory<User>(services);
        return services;
    }

    /// <summary>Replaces <see cref="IUserStore{TUser}"/>, <see cref="IUserBatchWriter{TUser}"/>, <see cref="IUniqueValueAudit{TUser}"/>
    /// and <see cref="IUserPrivacy{TUser}"/> with in-memory implementations, whether or not they are registered.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <param name="services">The service collection of the application or test.</param>
    /// <param name="configure">Configures the store. Unless set here, the clock is the registered <see cref="TimeProvider"/>, and the settings
    /// for emails and tokens are those of the registered <see cref="UserStoreOptions"/>.</param>
    /// <returns>The service collection. Migrations of the store run in memory, against empty tables, and are journaled in memory. The store is
    /// also registered as <see cref="InMemoryUserStore{TUser}"/>, to give access to its faults and recorded calls.</returns>
    public static IServiceCollection AddInMemoryUserStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this IServiceCollection services, Action<InMemoryUserStoreOptions>? configure = null)
        where TUser : class
    {
        ArgumentNullException.ThrowIfNull(services);

        services.RemoveAll<InMemoryUserStore<TUser>>();
        services.AddSingleton(provider => new InMemoryUserStore<TUser>(OptionsFor<TUser>(provider, configure)));
        services.Replace(
            ServiceDescriptor.Singleton<IUserStore<TUser>>(static provider => provider.GetRequiredService<InMemoryUserStore<TUser>>()));
        services.Replace(ServiceDescriptor.Singleton<IUniqueValueAudit<TUser>>(
            static provider => new InMemoryUniqueValueAudit<TUser>(provider.GetRequiredService<InMemoryUserStore<TUser>>())));
        services.Replace(ServiceDescriptor.Singleton<IUserBatchWriter<TUser>>(
            static provider => new InMemoryUserBatchWriter<TUser>(provider.GetRequiredService<InMemoryUserStore<TUser>>())));
        services.Replace(ServiceDescriptor.Singleton<IUserPrivacy<TUser>>(
            static provider => new InMemoryUserPrivacy<TUser>(provider.GetRequiredService<InMemoryUserStore<TUser>>())));
        PutMigrationsInMemory<TUser>(services);
        return services;
    }

    // Migrations are planned, run and journaled, but there are no tables: their requests succeed without effect.
    private static void PutMigrationsInMemory<[DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.All)] TUser>(IServiceCollection services)
        where TUser : class
    {
        StoreRegistry.Of(services).AddInMemory(typeof(TUser));
        services.RemoveAllKeyed<RegisteredStore>(typeof(TUser));
        services.AddKeyedSingleton(typeof(TUser), static (provider, _) =>
        {
            UserStoreOptions options = provider.GetService<IOptionsMonitor<UserStoreOptions>>()?.Get(
                UserStoreOptions.NameFor(typeof(TUser))) ?? new UserStoreOptions();
            return new RegisteredStore(Connection: null, new StoreSchema(UserModel.For<TUser>(options), options));
        });
        services.AddPrivacyCommands<TUser>();
        services.RemoveAllKeyed<MigrationTarget>(typeof(TUser));
        services.AddKeyedSingleton(typeof(TUser), static (provider, _) =>
        {
            var store = new MigrationStoreAccess<TUser>(
                provider.GetRequiredKeyedService<RegisteredStore>(typeof(TUser)).Schema,
                provider.GetService<TimeProvider>() ?? TimeProvider.System,
                NullLogger.Instance);
            return MigrationTarget.InMemory(store, new InMemoryMigrationJournal());
        });
    }

    private static InMemoryUserStoreOptions OptionsFor<TUser>(
        IServiceProvider provider, Action<InMemoryUserStoreOptions>? configure)
    {
        var options = new InMemoryUserStoreOptions { TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System };
        if (provider.GetService<IOptionsMonitor<UserStoreOptions>>() is { } registered)
        {
            UserStoreOptions rules = registered.Get(UserStoreOptions.NameFor(typeof(TUser)));
            (options.NormalizeEmail, options.UniqueEmails, options.Model.Description) = (rules.NormalizeEmail, rules.UniqueEmails, rules.Description);
            foreach ((string name, Func<string, string> normalize) in rules.Normalizers)
                options.Normalizers.Add(name, normalize);
            (options.Privacy.HashKey, options.Privacy.TombstoneRetention) = (rules.Privacy.HashKey, rules.Privacy.TombstoneRetention);
            foreach (byte[] key in rules.TokenKeys)
                options.TokenKeys.Add(key);
        }

        configure?.Invoke(options);
        return options;
    }
}
