using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UserStore;
using UserStore.DependencyInjection;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;
using UserStore.Replication;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what follows the changes of users.</summary>
public static class ReplicationBuilderExtensions
{
    /// <summary>Registers a handler, the <see cref="UserChangeReader{TUser}"/>, and the <see cref="UserChangeDispatcher{TUser}"/> that hands each
    /// change to all handlers, in the order in which they were registered. A <see cref="UserChangeDispatchOptions"/> that the service registers
    /// is used.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <typeparam name="THandler">The handler, a singleton.</typeparam>
    /// <param name="builder">The store. Its table gets a stream of old and new images unless its options ask for another one, which is an
    /// error.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The store is one of other users.</exception>
    public static UserStoreBuilder AddChangeHandler<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(this UserStoreBuilder builder)
        where TUser : User
        where THandler : class, IUserChangeHandler<TUser>
    {
        AddDispatcher<TUser>(builder).Services.TryAddEnumerable(ServiceDescriptor.Singleton<IUserChangeHandler<TUser>, THandler>());
        return builder;
    }

    /// <summary>Registers a <see cref="UserReplicator{TUser, TView}"/>, also as a handler of changes as
    /// <see cref="AddChangeHandler{TUser, THandler}"/> does.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <typeparam name="TView">The annotated type of the target's items.</typeparam>
    /// <typeparam name="TProjection">Says which item a user becomes; a singleton.</typeparam>
    /// <param name="builder">The store that is the source.</param>
    /// <param name="configure">Sets the options; without it the defaults apply.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The store is one of other users.</exception>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TView"/> do not make a table.</exception>
    public static UserStoreBuilder AddReplication<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProjection>(
        this UserStoreBuilder builder, Action<UserReplicationOptions>? configure = null)
        where TUser : User
        where TView : class
        where TProjection : class, IUserProjection<TUser, TView>
    {
        _ = ViewModel.For<TView>(); // refuses a type that cannot be kept, here and not at the first change
        IServiceCollection services = AddDispatcher<TUser>(builder).Services;
        string name = $"{builder.OptionsName} to {typeof(TView).FullName}";
        OptionsBuilder<UserReplicationOptions> options = services.AddOptions<UserReplicationOptions>(name).ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        if (services.Any(service => service.ServiceType == typeof(UserReplicator<TUser, TView>)))
            return builder;

        services.AddSingleton<IValidateOptions<UserReplicationOptions>>(provider => new UserReplicationOptionsValidator(
            name, new StoreSchema(UserModel.For<TUser>(), StoreServices.OptionsOf<TUser>(provider)), ViewModel.For<TView>()));
        services.TryAddSingleton<IUserProjection<TUser, TView>, TProjection>();
        services.AddSingleton(provider => new UserReplicator<TUser, TView>(
            StoreServices.ClientOf<TUser>(provider),
            StoreServices.OptionsOf<TUser>(provider),
            provider.GetRequiredService<IUserProjection<TUser, TView>>(),
            provider.GetRequiredService<IOptionsMonitor<UserReplicationOptions>>().Get(name),
            provider.GetRequiredService<TimeProvider>(),
            StoreServices.LoggerOf(provider)));
        services.AddSingleton<IUserChangeHandler<TUser>>(provider => provider.GetRequiredService<UserReplicator<TUser, TView>>());
        return builder;
    }

    private static UserStoreBuilder AddDispatcher<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(UserStoreBuilder builder)
        where TUser : User
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.UserType != typeof(TUser))
            throw new ArgumentException($"The store keeps users of type {builder.UserType}, not {typeof(TUser)}.", nameof(builder));

        IServiceCollection services = builder.Services;
        services.PostConfigure<UserStoreOptions>(builder.OptionsName, options =>
        {
            if (options.StreamViewType == TableStreamViewType.None)
                options.StreamViewType = TableStreamViewType.NewAndOldImages;
        });
        services.AddOptions<UserStoreOptions>(builder.OptionsName).Validate(
            options => options.StreamViewType == TableStreamViewType.NewAndOldImages,
            $"UserStoreOptions for {builder.OptionsName}: StreamViewType must be NewAndOldImages, because changes are followed.");
        services.TryAddSingleton(provider => new UserChangeReader<TUser>(StoreServices.OptionsOf<TUser>(provider)));
        services.TryAddSingleton(provider => new UserChangeDispatcher<TUser>(
            provider.GetRequiredService<UserChangeReader<TUser>>(),
            provider.GetServices<IUserChangeHandler<TUser>>(),
            provider.GetService<UserChangeDispatchOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<UserChangeDispatcher<TUser>>>()));
        return builder;
    }
}
