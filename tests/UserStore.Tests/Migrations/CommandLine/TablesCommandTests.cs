using Amazon.DynamoDBv2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using UserStore.TestKit;

namespace UserStore.Tests.Migrations.CommandLine;

/// <summary>The command that applies options of tables which a migration has created before.</summary>
public sealed class TablesCommandTests : IAsyncLifetime
{
    private readonly string _prefix = $"tables-{Guid.NewGuid():N}-";

    private string[] Tables => [$"{_prefix}Users", $"{_prefix}UserReservations"];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => LocalServer.Shared.DeleteTablesAsync(_prefix);

    [Fact]
    public async Task An_option_that_is_set_after_the_migration_reaches_the_tables()
    {
        await using ServiceProvider before = Service(options => { });
        await using ServiceProvider after = Service(options => options.DeletionProtection = true);
        (await RunAsync(before, "migrate")).Code.Should().Be(0);
        (await RunAsync(after, "migrate")).Code.Should().Be(0);
        (await HealthOf(after)).Should().NotBe(HealthStatus.Healthy, "the migration had run before");

        (int? code, string output) = await RunAsync(after, "migrate tables");

        code.Should().Be(0);
        output.Should().ContainAll(Tables);
        (await HealthOf(after)).Should().Be(HealthStatus.Healthy);
        foreach (string table in Tables)
            (await LocalServer.Shared.Client.DescribeTableAsync(table)).Table.DeletionProtectionEnabled.Should().BeTrue();
    }

    [Fact]
    public async Task Tables_that_do_not_exist_are_created_and_named_as_JSON()
    {
        await using ServiceProvider service = Service(options => { });

        (int? code, string output) = await RunAsync(service, "migrate tables --json");

        code.Should().Be(0);
        System.Text.Json.JsonDocument.Parse(output).RootElement.GetProperty("tables").EnumerateArray().Select(name => name.GetString())
            .Should().BeEquivalentTo(Tables);
        (await LocalServer.Shared.Client.ListTablesAsync()).TableNames.Should().Contain(Tables);
    }

    [Fact]
    public async Task A_store_in_memory_has_no_tables()
    {
        await using CommandBench bench = new CommandBench().AddStore(CommandBench.Succeeding);

        (await bench.RunAsync("migrate tables")).Should().Be((0, $"The store is in memory and has no tables.{Environment.NewLine}", ""));
    }

    private static async Task<(int? Code, string Output)> RunAsync(ServiceProvider service, string arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int? code = await service.RunMigrationCommandAsync(arguments.Split(' '), output, error);
        error.ToString().Should().BeEmpty();
        return (code, output.ToString());
    }

    private static async Task<HealthStatus> HealthOf(ServiceProvider service)
        => (await service.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;

    private ServiceProvider Service(Action<UserStoreOptions> configure)
    {
        ServiceCollection services = [];
        services.AddLogging();
        services.AddSingleton<IAmazonDynamoDB>(_ => LocalServer.Shared.CreateClient());
        services.AddUserStore(options =>
        {
            options.TableNamePrefix = _prefix;
            configure(options);
        }).AddMigrations(options => options.Migrations.AddCreateTables());
        services.AddHealthChecks().AddUserStore();
        return services.BuildServiceProvider();
    }
}
