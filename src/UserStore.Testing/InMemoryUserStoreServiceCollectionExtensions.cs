using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using UserStore;
using UserStore.DependencyInjection;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Running;
using UserStore.Modeling;
using UserStore.Testing;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Replaces registered stores by in-memory stores.</summary>
public static class InMemoryUserStoreServiceCollectionExtensions
{
    /// <summary>Replaces <see cref="IUserStore"/>, <see cref="IUserStore{TUser}"/>, <see cref="IUserBatchWriter{TUser}"/> and
    /// <see cref="IUserEmailAudit{TUser}"/> of <see cref="User"/> by in-memory implementations, whether they are
    /// registered or not.</summary>
    /// <param name="services">The services of the application or test.</param>
    /// <param name="configure">Configures the store. Its clock is the registered <see cref="TimeProvider"/>, and its rules of
    /// emails and tokens are those of the registered <see cref="UserStoreOptions"/>, unless they are set here.</param>
    /// <returns>The services. Migrations of the store are run and recorded in memory, with tables that store nothing. The store itself is
    /// registered as <see cref="InMemoryUserStore"/>, for its faults and recorded calls.</returns>
    public static IServiceCollection AddInMemoryUserStore(
        this IServiceCollection services, Action<InMemoryUserStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        services.RemoveAll<InMemoryUserStore>();
        services.AddSingleton(provider => new InMemoryUserStore(OptionsFor<User>(provider, configure)));
        services.Replace(ServiceDescriptor.Singleton<IUserStore>(static provider => provider.GetRequiredService<InMemoryUserStore>()));
        services.Replace(
            ServiceDescriptor.Singleton<IUserStore<User>>(static provider => provider.GetRequiredService<InMemoryUserStore>()));
        services.Replace(ServiceDescriptor.Singleton<IUserEmailAudit<User>>(
            static provider => new InMemoryUserEmailAudit<User>(provider.GetRequiredService<InMemoryUserStore>())));
        services.Replace(ServiceDescriptor.Singleton<IUserBatchWriter<User>>(
            static provider => new InMemoryUserBatchWriter<User>(provider.GetRequiredService<InMemoryUserStore>())));
        ReplaceTables<User>(services);
        return services;
    }

    /// <summary>Replaces <see cref="IUserStore{TUser}"/>, <see cref="IUserBatchWriter{TUser}"/> and <see cref="IUserEmailAudit{TUser}"/>,
    /// by in-memory implementations, whether they are registered or not.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <param name="services">The services of the application or test.</param>
    /// <param name="configure">Configures the store. Its clock is the registered <see cref="TimeProvider"/>, and its rules of
    /// emails and tokens are those of the registered <see cref="UserStoreOptions"/>, unless they are set here.</param>
    /// <returns>The services. Migrations of the store are run and recorded in memory, with tables that store nothing. The store itself is
    /// registered as <see cref="InMemoryUserStore{TUser}"/>, for its faults and recorded calls.</returns>
    public static IServiceCollection AddInMemoryUserStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this IServiceCollection services, Action<InMemoryUserStoreOptions>? configure = null)
        where TUser : User
    {
        ArgumentNullException.ThrowIfNull(services);

        services.RemoveAll<InMemoryUserStore<TUser>>();
        services.AddSingleton(provider => new InMemoryUserStore<TUser>(OptionsFor<TUser>(provider, configure)));
        services.Replace(
            ServiceDescriptor.Singleton<IUserStore<TUser>>(static provider => provider.GetRequiredService<InMemoryUserStore<TUser>>()));
        services.Replace(ServiceDescriptor.Singleton<IUserEmailAudit<TUser>>(
            static provider => new InMemoryUserEmailAudit<TUser>(provider.GetRequiredService<InMemoryUserStore<TUser>>())));
        services.Replace(ServiceDescriptor.Singleton<IUserBatchWriter<TUser>>(
            static provider => new InMemoryUserBatchWriter<TUser>(provider.GetRequiredService<InMemoryUserStore<TUser>>())));
        ReplaceTables<TUser>(services);
        return services;
    }

    // Migrations are planned, run and recorded, but there are no tables: their requests receive a response and have no effect.
    private static void ReplaceTables<[DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.All)] TUser>(IServiceCollection services)
        where TUser : User
    {
        StoreRegistry.Of(services).AddInMemory(typeof(TUser));
        services.RemoveAllKeyed<RegisteredStore>(typeof(TUser));
        services.AddKeyedSingleton(typeof(TUser), static (provider, _) =>
        {
            UserStoreOptions options = provider.GetService<IOptionsMonitor<UserStoreOptions>>()?.Get(
                UserStoreOptions.NameFor(typeof(TUser))) ?? new UserStoreOptions();
            return new RegisteredStore(Connection: null, new StoreSchema(UserModel.For<TUser>(), options));
        });
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
            (options.NormalizeEmail, options.UniqueEmails) = (rules.NormalizeEmail, rules.UniqueEmails);
            foreach (byte[] key in rules.TokenKeys)
                options.TokenKeys.Add(key);
        }

        configure?.Invoke(options);
        return options;
    }
}
