using Microsoft.Extensions.DependencyInjection;

namespace UserStore;

/// <summary>Goes on with the registration of a store: what <c>AddUserStore</c> returns.</summary>
public sealed class UserStoreBuilder
{
    internal UserStoreBuilder(IServiceCollection services, Type userType)
        => (Services, UserType, OptionsName) = (services, userType, UserStoreOptions.NameFor(userType));

    /// <summary>Gets the services that the store is registered in.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Gets the type of the users.</summary>
    public Type UserType { get; }

    /// <summary>Gets the name of this store's <see cref="UserStoreOptions"/>: the full name of the user type.</summary>
    public string OptionsName { get; }
}
