using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Moq;
using UserStore.Migrations;
using UserStore.Tests.DependencyInjection;

namespace UserStore.Tests.Health;

public sealed class UserStoreHealthCheckTests
{
    private readonly ServiceCollection _services = [];

    public UserStoreHealthCheckTests() => _services.AddLogging();

    [Fact]
    public async Task A_store_in_memory_is_healthy_once_its_migrations_are_applied()
    {
        _services.AddUserStore().AddMigrations(options => options.Migrations.AddCreateTables());
        _services.AddInMemoryUserStore();
        _services.AddHealthChecks().AddUserStore();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        HealthReportEntry before = await CheckAsync(provider);
        await provider.GetRequiredService<IMigrationRunner>().RunAsync();
        HealthReportEntry after = await CheckAsync(provider);

        (before.Status, before.Data.Keys.Single()).Should().Be((HealthStatus.Unhealthy, "migrations"));
        after.Status.Should().Be(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Name_status_tags_and_timeout_of_the_registration_are_used()
    {
        _services.AddHealthChecks().AddUserStore<Member>("members", HealthStatus.Degraded, ["ready"], TimeSpan.FromSeconds(3));
        await using ServiceProvider provider = _services.BuildServiceProvider();

        HealthReportEntry entry = await CheckAsync(provider, "members");

        entry.Status.Should().Be(HealthStatus.Degraded);
        entry.Tags.Should().Equal("ready");
    }

    [Fact]
    public async Task A_store_that_is_not_registered_is_unhealthy_and_the_description_contains_what_to_call()
    {
        _services.AddHealthChecks().AddUserStore();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        HealthReportEntry entry = await CheckAsync(provider);

        (entry.Status, entry.Description).Should().Be((HealthStatus.Unhealthy, "No store of UserStore.User is registered. Call services.AddUserStore()."));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_a_store_of_another_type_only_the_description_contains_its_call(bool isInMemory)
    {
        if (isInMemory)
            _services.AddInMemoryUserStore<Member>();
        else
            _services.AddUserStore<Member>();
        _services.AddHealthChecks().AddUserStore();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        HealthReportEntry entry = await CheckAsync(provider);

        entry.Description.Should().Be(
            "No store of UserStore.User is registered. Call services.AddUserStore(), "
            + "or check a registered store with AddHealthChecks().AddUserStore<Member>().");
    }

    [Fact]
    public async Task Retries_of_the_check_are_logged()
    {
        var client = new Mock<IAmazonDynamoDB>();
        client.SetupSequence(one => one.DescribeTableAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new TransactionConflictException("busy"))
            .ThrowsAsync(new ResourceNotFoundException("none"))
            .ThrowsAsync(new ResourceNotFoundException("none"));
        using var log = new FakeLoggerProvider();
        _services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log));
        _services.AddSingleton(client.Object);
        _services.AddUserStore(options => options.UniqueEmails = false);
        _services.AddHealthChecks().AddUserStore();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        HealthReportEntry entry = await CheckAsync(provider);

        entry.Description.Should().Contain("'Users': does not exist");
        log.Collector.GetSnapshot().Should().ContainSingle(logged => logged.Category == "UserStore" && logged.Id == 101)
            .Which.Message.Should().Contain("DescribeTable");
    }

    [Fact]
    public void Every_health_check_needs_a_name()
        => _services.AddHealthChecks().Invoking(builder => builder.AddUserStore("")).Should().Throw<ArgumentException>();

    private static async Task<HealthReportEntry> CheckAsync(IServiceProvider provider, string name = "users")
        => (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries[name];
}
