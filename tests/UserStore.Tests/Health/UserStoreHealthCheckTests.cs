using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using UserStore.Health;
using UserStore.Migrations;

namespace UserStore.Tests.Health;

public sealed class UserStoreHealthCheckTests
{
    [Fact]
    public async Task A_store_in_memory_is_healthy_once_its_migrations_are_applied()
    {
        ServiceCollection services = new();
        services.AddUserStore().AddMigrations(options => options.Migrations.AddCreateTables());
        services.AddInMemoryUserStore();
        await using ServiceProvider provider = services.BuildServiceProvider();

        HealthCheckResult before = await CheckAsync(new UserStoreHealthCheck(provider));
        await provider.GetRequiredService<IMigrationRunner>().RunAsync();
        HealthCheckResult after = await CheckAsync(new UserStoreHealthCheck(provider));

        (before.Status, before.Data.Keys.Single()).Should().Be((HealthStatus.Unhealthy, "migrations"));
        after.Status.Should().Be(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Without_a_store_of_its_users_it_says_what_to_call()
    {
        await using ServiceProvider provider = new ServiceCollection().BuildServiceProvider();

        Func<Task> check = () => CheckAsync(new UserStoreHealthCheck(provider));

        (await check.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*Call AddUserStore first*");
    }

    private static Task<HealthCheckResult> CheckAsync(IHealthCheck check) => check.CheckHealthAsync(
        new HealthCheckContext { Registration = new HealthCheckRegistration("users", check, HealthStatus.Unhealthy, tags: null) });
}
