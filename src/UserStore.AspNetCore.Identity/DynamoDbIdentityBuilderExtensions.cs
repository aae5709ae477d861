using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using UserStore;
using UserStore.AspNetCore.Identity;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the stores of ASP.NET Core Identity.</summary>
public static class DynamoDbIdentityBuilderExtensions
{
    /// <summary>Keeps the users of Identity, and its roles if it has some, in DynamoDB.</summary>
    /// <param name="builder">The builder of Identity. Call its <c>AddRoles</c> before.</param>
    /// <param name="configure">Changes the options of the stores of users and of roles, such as the prefix of the tables.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">The type of the users, or of the roles, does not derive from
    /// <see cref="DynamoDbIdentityUser{TKey}"/> or <see cref="DynamoDbIdentityRole{TKey}"/>, or has ids that are neither strings nor
    /// Guids.</exception>
    /// <remarks>Registers <see cref="UserStore.IUserStore{TUser}"/> for both types, unless they are registered; register them yourself for
    /// migrations, or in memory for tests. Emails are unique if <see cref="UserOptions.RequireUniqueEmail"/> is set.</remarks>
    [RequiresDynamicCode("The stores are generic types of the types of users and roles.")]
    [RequiresUnreferencedCode("The stores are generic types of the types of users and roles.")]
    public static IdentityBuilder AddDynamoDbStores(this IdentityBuilder builder, Action<UserStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Type key = KeyOf(builder.UserType, typeof(DynamoDbIdentityUser<>));
        if (key != typeof(string) && key != typeof(Guid))
            throw new InvalidOperationException($"The ids of {builder.UserType} are of type {key.Name}, but must be strings or Guids.");
        Type[] types = [builder.UserType, key];
        string add = nameof(AddStore);
        if (builder.RoleType is { } role)
        {
            if (KeyOf(role, typeof(DynamoDbIdentityRole<>)) != key)
                throw new InvalidOperationException($"The ids of {builder.UserType} and of {role} have different types.");
            types = [builder.UserType, role, key];
            add = nameof(AddStoreWithRoles);
        }

        typeof(DynamoDbIdentityBuilderExtensions).GetMethod(add, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(types).Invoke(null, BindingFlags.DoNotWrapExceptions, binder: null, [builder.Services, configure], culture: null);
        return builder;
    }

    private static void AddStoreWithRoles<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TRole,
        TKey>(IServiceCollection services, Action<UserStoreOptions>? configure)
        where TUser : DynamoDbIdentityUser<TKey>
        where TRole : DynamoDbIdentityRole<TKey>
        where TKey : IEquatable<TKey>
    {
        AddUsers<TUser, TKey>(services, configure);
        services.AddUserStore<TRole>(configure);
        services.TryAddScoped<AspNetCore.Identity.IUserStore<TUser>, DynamoDbIdentityUserStore<TUser, TRole, TKey>>();
        services.TryAddScoped<IRoleStore<TRole>, DynamoDbIdentityRoleStore<TRole, TKey>>();
    }

    private static void AddStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser, TKey>(
        IServiceCollection services, Action<UserStoreOptions>? configure)
        where TUser : DynamoDbIdentityUser<TKey>
        where TKey : IEquatable<TKey>
    {
        AddUsers<TUser, TKey>(services, configure);
        services.TryAddScoped<AspNetCore.Identity.IUserStore<TUser>, DynamoDbIdentityUserStore<TUser, TKey>>();
    }

    private static void AddUsers<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser, TKey>(
        IServiceCollection services, Action<UserStoreOptions>? configure)
        where TUser : DynamoDbIdentityUser<TKey>
        where TKey : IEquatable<TKey>
    {
        services.AddUserStore<TUser>(configure);
        if (services.Any(service => service.ServiceType == typeof(EmailOf<TUser>)))
            return; // it is called again, and a property cannot be described twice
        services.AddSingleton<EmailOf<TUser>>();
        services.AddOptions<UserStoreOptions>(typeof(TUser).FullName).Configure<IOptions<IdentityOptions>>((options, identity) =>
            options.Describe<TUser>(type => _ = identity.Value.User.RequireUniqueEmail
                ? type.Unique("email", user => user.NormalizedEmail)
                : type.Indexed("email", user => user.NormalizedEmail)));
    }

    private static Type KeyOf(Type type, Type definition)
    {
        for (Type? one = type; one is not null; one = one.BaseType)
        {
            if (one.IsGenericType && one.GetGenericTypeDefinition() == definition)
                return one.GenericTypeArguments[0];
        }

        throw new InvalidOperationException($"{type} does not derive from {definition.Name[..^2]}, which AddDynamoDbStores requires.");
    }

    private sealed class EmailOf<TUser>;
}
