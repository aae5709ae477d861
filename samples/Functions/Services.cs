using Microsoft.Extensions.DependencyInjection;
using UserStore;

namespace Functions;

/// <summary>What the functions work with, made once for each instance of a function and kept between its invocations.</summary>
public static class Services
{
    /// <summary>The variable with what is put before the names of the tables.</summary>
    public const string PrefixVariable = "TABLE_NAME_PREFIX";

    private static readonly Lazy<ServiceProvider> FromEnvironment = new(
        () => Build(options => options.TableNamePrefix = Environment.GetEnvironmentVariable(PrefixVariable) ?? ""));

    public static IServiceProvider Shared => FromEnvironment.Value;

    /// <summary>Makes the services, as the functions and their tables need them.</summary>
    public static ServiceProvider Build(Action<UserStoreOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddUserStore<PlacedUser>(options =>
        {
            // Sooner than a function is stopped: what is left is for the event source, or the caller, to repeat.
            options.Retry.Timeout = TimeSpan.FromSeconds(8);
            options.Retry.AttemptTimeout = TimeSpan.FromSeconds(3);
            configure(options);
        }).AddReplication<PlacedUser, UserByPlace, ByPlace>();
        return services.BuildServiceProvider();
    }
}
