using Microsoft.Extensions.DependencyInjection;

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
}
