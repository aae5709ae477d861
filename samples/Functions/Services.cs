using Microsoft.Extensions.DependencyInjection;
using UserStore;

namespace Functions;

/// <summary>Creates the services of the functions, once for each instance of a function; they are reused by its invocations.</summary>
public static class Services
{
    /// <summary>The environment variable with the prefix of the table names.</summary>
    public const string PrefixVariable = "TABLE_NAME_PREFIX";

    private static readonly Lazy<ServiceProvider> FromEnvironment = new(
        () => Build(options => options.TableNamePrefix = Environment.GetEnvironmentVariable(PrefixVariable) ?? ""));

    public static IServiceProvider Shared => FromEnvironment.Value;

    /// <summary>Creates the services that the functions and their tables need.</summary>
    public static ServiceProvider Build(Action<UserStoreOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddUserStore<PlacedUser>(options =>
        {
            // Shorter than the timeout of the functions, so that the event source or the caller can retry what is left.
            options.Retry.Timeout = TimeSpan.FromSeconds(8);
            options.Retry.AttemptTimeout = TimeSpan.FromSeconds(3);
            configure(options);
        }).AddReplication<PlacedUser, UserByPlace, ByPlace>();
        return services.BuildServiceProvider();
    }
}
