using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.Compliance.Redaction;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using UserStore;
using UserStore.DependencyInjection;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Users;
using UserStore.Migrations.Running;
using UserStore.Modeling;
using UserStore.Privacy;
using UserStore.Privacy.CommandLine;
using UserStore.Privacy.Places;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers user stores.</summary>
/// <remarks>
/// All registrations are singletons. None opens a connection. A method can be called twice: existing registrations are kept, and both calls
/// configure the options. Every store uses the <see cref="IAmazonDynamoDB"/> that the service or another component registers, before or after
/// these methods. If there is none, a client is created from the options, the default credential chain and the default region chain; the
/// container disposes of it, and nothing but stores receives it. The store's <see cref="IDynamoDBContext"/> is registered with
/// the user type as key. Each user type requires tables of its own: a table that two stores, their migrations or their replications share is
/// rejected when the host starts.
/// </remarks>
public static class UserStoreServiceCollectionExtensions
{
    /// <summary>Registers <see cref="IUserStore"/>, <see cref="IUserStore{TUser}"/>, <see cref="IUserBatchWriter{TUser}"/>,
    /// <see cref="IUniqueValueAudit{TUser}"/>, <see cref="IUserPrivacy{TUser}"/> and <see cref="UserRedactor{TUser}"/> of <see cref="User"/>.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="configure">Sets the options; the defaults apply if null.</param>
    /// <returns>A builder for further parts.</returns>
    public static UserStoreBuilder AddUserStore(this IServiceCollection services, Action<UserStoreOptions>? configure = null)
    {
        UserStoreBuilder builder = AddParts<User>(services, configure);
        AddShortForm(services);
        return builder;
    }

    /// <summary>Registers <see cref="IUserStore"/>, <see cref="IUserStore{TUser}"/>, <see cref="IUserBatchWriter{TUser}"/>,
    /// <see cref="IUniqueValueAudit{TUser}"/>, <see cref="IUserPrivacy{TUser}"/> and <see cref="UserRedactor{TUser}"/> of <see cref="User"/>, with options
    /// from configuration.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="configuration">The section with the options, such as <c>configuration.GetSection("UserStore")</c>. An unknown key and a section
    /// that does not exist are errors.</param>
    /// <returns>A builder for further parts.</returns>
    [RequiresUnreferencedCode(BindsByReflection)]
    [RequiresDynamicCode(BindsByReflection)]
    public static UserStoreBuilder AddUserStore(this IServiceCollection services, IConfiguration configuration)
    {
        UserStoreBuilder builder = AddParts<User>(services, configure: null);
        AddShortForm(services);
        return Bind(builder, configuration);
    }

    /// <summary>Registers <see cref="IUserStore{TUser}"/>, <see cref="IUserBatchWriter{TUser}"/>, <see cref="IUniqueValueAudit{TUser}"/>,
    /// <see cref="IUserPrivacy{TUser}"/> and <see cref="UserRedactor{TUser}"/> for a user type of the service.</summary>
    /// <typeparam name="TUser">A record derived from <see cref="User"/>, with a public constructor without parameters.</typeparam>
    /// <param name="services">The services of the application.</param>
    /// <param name="configure">Sets the options; the defaults apply if null.</param>
    /// <returns>A builder for further parts.</returns>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not define a table; the message
    /// contains the violated rule.</exception>
    public static UserStoreBuilder AddUserStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this IServiceCollection services, Action<UserStoreOptions>? configure = null)
        where TUser : class
    {
        UserStoreBuilder builder = AddParts<TUser>(services, configure);
        AddStore<TUser>(services);
        return builder;
    }

    /// <summary>Registers <see cref="IUserStore{TUser}"/>, <see cref="IUserBatchWriter{TUser}"/>, <see cref="IUniqueValueAudit{TUser}"/>,
    /// <see cref="IUserPrivacy{TUser}"/> and <see cref="UserRedactor{TUser}"/> for a user type of the service, with options from configuration.</summary>
    /// <typeparam name="TUser">A record derived from <see cref="User"/>, with a public constructor without parameters.</typeparam>
    /// <param name="services">The services of the application.</param>
    /// <param name="configuration">The section with the options. An unknown key and a section that does not exist are errors.</param>
    /// <returns>A builder for further parts.</returns>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not define a table; the message
    /// contains the violated rule.</exception>
    [RequiresUnreferencedCode(BindsByReflection)]
    [RequiresDynamicCode(BindsByReflection)]
    public static UserStoreBuilder AddUserStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this IServiceCollection services, IConfiguration configuration)
        where TUser : class
        => Bind(AddUserStore<TUser>(services), configuration);

    private const string BindsByReflection = "Options are bound from configuration by reflection. Set them in code instead.";

    private static UserStoreBuilder AddParts<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        IServiceCollection services, Action<UserStoreOptions>? configure)
        where TUser : class
    {
        ArgumentNullException.ThrowIfNull(services);

        // Rejects a type that cannot be stored now, not at the first request.
        var described = new UserStoreOptions();
        configure?.Invoke(described);
        _ = UserModel.For<TUser>(described);
        var builder = new UserStoreBuilder(services, typeof(TUser), static (schema, connection) =>
            new MigrationStoreAccess<TUser>(schema, connection.Time, connection.Logger));
        OptionsBuilder<UserStoreOptions> options = services.AddOptions<UserStoreOptions>(builder.OptionsName).ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);

        options.PostConfigure<IServiceProvider>(static (options, provider) => options.Privacy.DataKeyWrapper ??= provider.GetService<IDataKeyWrapper>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<UserStoreOptions>, UserStoreOptionsValidator<TUser>>());
        StoreRegistry.Of(services).Add(TableOwner.Store<TUser>(builder.OptionsName));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<UserStoreOptions>, TableConflictValidator<UserStoreOptions>>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DynamoDbClients>();
        services.TryAddKeyedSingleton(typeof(TUser), static (provider, _) => RegisteredStore.Of<TUser>(StoreServices.ConnectionOf<TUser>(provider)));
        services.TryAddKeyedSingleton<IDynamoDBContext>(typeof(TUser), static (provider, _) =>
            UserContext.Create(StoreServices.ClientOf<TUser>(provider), StoreServices.SchemaOf<TUser>(provider)));
        services.TryAddSingleton<IUserBatchWriter<TUser>>(static provider => new DynamoDbUserBatchWriter<TUser>(StoreServices.ConnectionOf<TUser>(provider)));
        services.TryAddSingleton<IUniqueValueAudit<TUser>>(static provider => new DynamoDbUniqueValueAudit<TUser>(StoreServices.ConnectionOf<TUser>(provider)));
        services.TryAddSingleton<IUserPrivacy<TUser>>(static provider => new DynamoDbUserPrivacy<TUser>(
            StoreServices.ConnectionOf<TUser>(provider), provider.GetKeyedServices<IUserDataPlace>(typeof(TUser))));
        services.TryAddSingleton(static provider => new UserRedactor<TUser>(
            provider.GetService<IRedactorProvider>(), StoreServices.OptionsOf<TUser>(provider)));
        services.AddPrivacyCommands<TUser>();
        return builder;
    }

    /// <summary>Registers what executes the commands of <c>privacy</c>, with whatever store is registered.</summary>
    internal static void AddPrivacyCommands<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(this IServiceCollection services)
        where TUser : class
        => services.TryAddKeyedSingleton<IPrivacyCommands>(typeof(TUser), static (provider, _) => new PrivacyCommands<TUser>(
            provider.GetRequiredService<IUserPrivacy<TUser>>(), provider.GetRequiredKeyedService<RegisteredStore>(typeof(TUser)).Schema.Model.Key));

    private static void AddStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(IServiceCollection services)
        where TUser : class
        => services.TryAddSingleton<IUserStore<TUser>>(static provider =>
            new DynamoDbUserStore<TUser>(StoreServices.ConnectionOf<TUser>(provider)));

    private static void AddShortForm(IServiceCollection services)
    {
        services.TryAddSingleton<IUserStore>(static provider =>
            new DynamoDbUserStore(StoreServices.ConnectionOf<User>(provider)));
        services.TryAddSingleton<IUserStore<User>>(static provider => provider.GetRequiredService<IUserStore>());
    }

    [RequiresUnreferencedCode(BindsByReflection)]
    [RequiresDynamicCode(BindsByReflection)]
    private static UserStoreBuilder Bind(UserStoreBuilder builder, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);

        OptionsBuilder<UserStoreOptions> options = builder.Services.AddOptions<UserStoreOptions>(builder.OptionsName)
            .Configure(_ => SecretSettings.Check(builder.OptionsName, configuration))
            .Bind(configuration, binder => binder.ErrorOnUnknownConfiguration = true);
        if (configuration is IConfigurationSection section) // its sources may be added later
        {
            options.Validate(
                _ => section.GetChildren().Any(),
                $"UserStoreOptions for {builder.OptionsName}: the configuration section '{section.Path}' does not exist or is empty. Add it, correct "
                    + "its path, or call AddUserStore without configuration to use the defaults.");
        }

        return builder;
    }
}
