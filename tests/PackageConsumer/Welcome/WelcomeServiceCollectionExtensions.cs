using Microsoft.Extensions.DependencyInjection;
using UserStore;

namespace Welcome;

public static class WelcomeServiceCollectionExtensions
{
    public static IServiceCollection AddWelcome(this IServiceCollection services)
    {
        services.AddUserStore(options => options.TableNamePrefix = "welcome-")
            .AddMigrations(options => options.Migrations.AddCreateTables())
            .RunMigrationsOnStart();
        return services.AddSingleton<WelcomeService>();
    }

    /// <summary>Adds a store of members, who are mapped by generated code, and its health check.</summary>
    public static IServiceCollection AddMembers(this IServiceCollection services, Action<UserStoreOptions> configure)
    {
        services.AddUserStore<Member>(options =>
        {
            options.Mapping = UserMapping.Generated;
            configure(options);
        });
        services.AddLogging().AddHealthChecks().AddUserStore<Member>("members");
        return services;
    }
}
