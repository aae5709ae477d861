using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using UserStore;
using UserStore.DependencyInjection;
using UserStore.DynamoDb.Sending;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Running;
using UserStore.Privacy.Places;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the migrations of a store.</summary>
public static class MigrationBuilderExtensions
{
    /// <summary>Registers the <see cref="IMigrationRunner"/> of a store with the user type as key; that of the first store also without a
    /// key.</summary>
    /// <param name="builder">The store.</param>
    /// <param name="configure">Adds the migrations and sets the options.</param>
    /// <returns>The builder.</returns>
    public static UserStoreBuilder AddMigrations(this UserStoreBuilder builder, Action<MigrationOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);

        IServiceCollection services = builder.Services;
        Type userType = builder.UserType;
        services.AddOptions<MigrationOptions>(builder.OptionsName).Configure(configure).ValidateOnStart();
        if (services.Any(service => service.ServiceType == typeof(IMigrationRunner) && userType.Equals(service.ServiceKey)))
            return builder;

        StoreRegistry.Of(services).Add(TableOwner.Migrations(userType, builder.OptionsName));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MigrationOptions>, TableConflictValidator<MigrationOptions>>());
        services.AddSingleton<IValidateOptions<MigrationOptions>>(provider => new MigrationOptionsValidator(
            builder.OptionsName, provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>()));
        services.TryAddKeyedSingleton(userType, (provider, _) => CreateTarget(provider, builder));
        services.AddKeyedSingleton<IMigrationRunner>(userType, (provider, _) => new MigrationRunner(
            provider.GetRequiredKeyedService<MigrationTarget>(userType),
            OptionsOf(provider, builder.OptionsName),
            provider.GetRequiredService<IServiceScopeFactory>(),
            services,
            [.. provider.GetServices<IMigrationReporter>()],
            new RunnerEnvironment(
                RunnerEnvironment.ThisProcess,
                provider.GetRequiredService<TimeProvider>(),
                LoggerOf(provider, "UserStore.Migrations"))
            {
                Causes = LoggerOf(provider, MigrationLog.CausesCategory),
            }));
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<IMigrationRunner>(userType));
        services.AddKeyedSingleton<IUserDataPlace>(userType, (provider, _) => CreatePlace(provider, builder));
        services.AddSingleton<IHostedService>(provider => new MigrationStartup(
            provider.GetRequiredKeyedService<IMigrationRunner>(userType), OptionsOf(provider, builder.OptionsName)));
        return builder;
    }

    /// <summary>Applies all migrations when the host starts, or verifies that they are applied. See
    /// <see cref="MigrationOptions.OnStart"/>.</summary>
    /// <param name="builder">The store with its migrations.</param>
    /// <param name="mode">Whether to apply or verify the migrations.</param>
    /// <returns>The builder.</returns>
    public static UserStoreBuilder RunMigrationsOnStart(this UserStoreBuilder builder, MigrationStartupMode mode = MigrationStartupMode.Run)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMigrations(options => options.OnStart = mode);
    }

    private static MigrationTarget CreateTarget(IServiceProvider provider, UserStoreBuilder builder)
    {
        RegisteredStore store = provider.GetRequiredKeyedService<RegisteredStore>(builder.UserType);
        StoreConnection connection = store.Connection!; // a store in memory has a target of its own
        return MigrationTarget.InDynamoDb(
            builder.OpenForMigrations(store.Schema, connection), connection, OptionsOf(provider, builder.OptionsName)) with
        {
            StoreTables = () => StoreRegistry.Of(builder.Services).TablesOfStores(provider),
        };
    }

    private static MigrationPlace CreatePlace(IServiceProvider provider, UserStoreBuilder builder)
    {
        RegisteredStore store = provider.GetRequiredKeyedService<RegisteredStore>(builder.UserType);
        return new MigrationPlace(new JournalTables(store.Connection!, store.Schema, OptionsOf(provider, builder.OptionsName)));
    }

    private static ILogger LoggerOf(IServiceProvider provider, string category)
        => provider.GetService<ILoggerFactory>()?.CreateLogger(category) ?? NullLogger.Instance;

    private static MigrationOptions OptionsOf(IServiceProvider provider, string name)
        => provider.GetRequiredService<IOptionsMonitor<MigrationOptions>>().Get(name);
}
