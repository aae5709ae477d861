using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserStore;
using UserStore.DependencyInjection;
using UserStore.DynamoDb.Sending;
using UserStore.Modeling;
using UserStore.Privacy.Places;
using UserStore.Replication;
using UserStore.Replication.Targets;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers handlers of changes, and replications.</summary>
public static class ReplicationBuilderExtensions
{
    /// <summary>Registers a handler, the <see cref="UserChangeReader{TUser}"/>, and the <see cref="UserChangeDispatcher{TUser}"/> that dispatches each
    /// change to all handlers in the order of their registration.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <typeparam name="THandler">The handler, a singleton.</typeparam>
    /// <param name="builder">The store. Its table gets a stream of old and new images; another <see cref="UserStoreOptions.StreamViewType"/> is an
    /// error.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The store has another user type.</exception>
    /// <remarks><see cref="ConfigureChangeDispatch"/> sets concurrency and retries.</remarks>
    public static UserStoreBuilder AddChangeHandler<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(this UserStoreBuilder builder)
        where TUser : class
        where THandler : class, IUserChangeHandler<TUser>
    {
        AddDispatcher<TUser>(builder).Services.TryAddEnumerable(ServiceDescriptor.Singleton<IUserChangeHandler<TUser>, THandler>());
        return builder;
    }

    /// <summary>Registers a handler of changes that releases the unique and indexed values of users that DynamoDB deletes because they have expired, or that
    /// other programs change or delete, so that nothing of them is left without an audit.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <param name="builder">The store. Its table gets a stream of old and new images; another <see cref="UserStoreOptions.StreamViewType"/> is an
    /// error.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The store has another user type.</exception>
    /// <remarks>
    /// The <see cref="UserChangeDispatcher{TUser}"/> must receive the records of the stream. Costs one transaction that reads two items for each value that
    /// a user no longer has, and one that deletes the reservation if it is still there. An in-memory store has no use for it.
    /// </remarks>
    public static UserStoreBuilder AddReservationCleanup<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this UserStoreBuilder builder)
        where TUser : class
    {
        IServiceCollection services = AddDispatcher<TUser>(builder).Services;
        StoreRegistry registry = StoreRegistry.Of(services);
        if (registry.HasReservationCleanup(typeof(TUser)))
            return builder;
        registry.AddReservationCleanup(typeof(TUser));
        services.AddSingleton<IUserChangeHandler<TUser>>(static provider => new ReservationCleanup<TUser>(StoreServices.ConnectionOf<TUser>(provider)));
        return builder;
    }

    /// <summary>Configures the <see cref="UserChangeDispatcher{TUser}"/> of a store. The options are validated when the host starts.</summary>
    /// <param name="builder">The store with its handlers or replications.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The builder.</returns>
    public static UserStoreBuilder ConfigureChangeDispatch(this UserStoreBuilder builder, Action<UserChangeDispatchOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure(builder.OptionsName, configure);
        return builder;
    }

    /// <summary>Registers a <see cref="UserReplicator{TUser, TView}"/>, also as a handler of changes as
    /// <see cref="AddChangeHandler{TUser, THandler}"/> does.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <typeparam name="TView">The annotated type of the target's items.</typeparam>
    /// <typeparam name="TProjection">The projection that converts users to items, a singleton.</typeparam>
    /// <param name="builder">The store that is the source.</param>
    /// <param name="configure">Sets the options; the defaults apply if null.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The store has another user type.</exception>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TView"/> do not define a table.</exception>
    public static UserStoreBuilder AddReplication<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProjection>(
        this UserStoreBuilder builder, Action<UserReplicationOptions>? configure = null)
        where TUser : class
        where TView : class
        where TProjection : class, IUserProjection<TUser, TView>
    {
        _ = ViewModel.For<TView>(); // rejects a type that cannot be stored now, not at the first change
        IServiceCollection services = AddDispatcher<TUser>(builder).Services;
        string name = $"{builder.OptionsName} to {typeof(TView).FullName}";
        OptionsBuilder<UserReplicationOptions> options = services.AddOptions<UserReplicationOptions>(name).ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        if (services.Any(service => service.ServiceType == typeof(UserReplicator<TUser, TView>)))
            return builder;

        StoreRegistry.Of(services).Add(TableOwner.Replication(typeof(TUser), ViewModel.For<TView>(), builder.OptionsName, name));
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<UserReplicationOptions>, TableConflictValidator<UserReplicationOptions>>());
        services.AddSingleton<IValidateOptions<UserReplicationOptions>>(provider => new UserReplicationOptionsValidator(
            name, StoreServices.SchemaOf<TUser>(provider), ViewModel.For<TView>()));
        services.TryAddSingleton<IUserProjection<TUser, TView>, TProjection>();
        services.AddSingleton(provider => new UserReplicator<TUser, TView>(
            StoreServices.ClientOf<TUser>(provider),
            StoreServices.OptionsOf<TUser>(provider),
            provider.GetRequiredService<IUserProjection<TUser, TView>>(),
            provider.GetRequiredService<IOptionsMonitor<UserReplicationOptions>>().Get(name),
            provider.GetRequiredService<TimeProvider>(),
            StoreServices.LoggerOf(provider)));
        services.AddSingleton<IUserChangeHandler<TUser>>(provider => provider.GetRequiredService<UserReplicator<TUser, TView>>());
        services.AddKeyedSingleton<IUserDataPlace>(typeof(TUser), (provider, _) => new ViewPlace(
            new TableReader(StoreServices.ClientOf<TUser>(provider)),
            new ReplicationSchema(
                StoreServices.SchemaOf<TUser>(provider),
                ViewModel.For<TView>(),
                provider.GetRequiredService<IOptionsMonitor<UserReplicationOptions>>().Get(name))));
        return builder;
    }

    private static UserStoreBuilder AddDispatcher<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(UserStoreBuilder builder)
        where TUser : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.UserType != typeof(TUser))
            throw new ArgumentException($"The store has the user type {builder.UserType}, not {typeof(TUser)}.", nameof(builder));

        IServiceCollection services = builder.Services;
        services.PostConfigure<UserStoreOptions>(builder.OptionsName, options =>
        {
            if (options.StreamViewType == TableStreamViewType.None)
                options.StreamViewType = TableStreamViewType.NewAndOldImages;
        });
        services.AddOptions<UserStoreOptions>(builder.OptionsName).Validate(
            options => options.StreamViewType == TableStreamViewType.NewAndOldImages,
            $"UserStoreOptions for {builder.OptionsName}: StreamViewType must be NewAndOldImages, because the store has handlers of changes.");
        services.AddOptions<UserChangeDispatchOptions>(builder.OptionsName).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<UserChangeDispatchOptions>, UserChangeDispatchOptionsValidator>());
        services.TryAddSingleton(provider => StoreServices.SchemaOf<TUser>(provider).DataKeys is null
            ? new UserChangeReader<TUser>(StoreServices.OptionsOf<TUser>(provider)) // which requires no client
            : new UserChangeReader<TUser>(StoreServices.ConnectionOf<TUser>(provider)));
        services.TryAddSingleton(provider => new UserChangeDispatcher<TUser>(
            provider.GetRequiredService<UserChangeReader<TUser>>(),
            provider.GetServices<IUserChangeHandler<TUser>>(),
            provider.GetRequiredService<IOptionsMonitor<UserChangeDispatchOptions>>().Get(builder.OptionsName),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<UserChangeDispatcher<TUser>>>()));
        return builder;
    }
}
