using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using UserStore.DynamoDb;
using UserStore.Migrations;
using UserStore.Replication;
using UserStore.ServerTests.Writes;

namespace UserStore.ServerTests;

/// <summary>Deletion protection on the local server, and point-in-time recovery on a double of its two operations, which the server does not
/// have.</summary>
public sealed class TableProtectionTests : ServerTest
{
    private readonly Dictionary<string, string> _recovery = [];
    private readonly List<string> _operations = [];
    private readonly Queue<string> _errors = [];
    private bool _knowsTables = true;

    [Fact]
    public async Task New_tables_have_deletion_protection_if_the_options_require_it()
    {
        Options.DeletionProtection = true;

        await new DynamoDbUserStore<User>(Client, Options).EnsureTablesAsync();

        foreach (string table in new[] { Table, ReservationsTable })
            await Client.Invoking(client => client.DeleteTableAsync(table)).Should().ThrowAsync<AmazonDynamoDBException>().WithMessage("*protected*");
        Sent().Should().NotContain("UpdateTable", "the tables are never without it");
    }

    [Fact]
    public async Task Existing_tables_get_deletion_protection_and_never_lose_it()
    {
        await new DynamoDbUserStore<User>(Client, Options).EnsureTablesAsync();
        Options.DeletionProtection = true;
        await new DynamoDbUserStore<User>(Client, Options).EnsureTablesAsync();
        bool?[] enabled = [await IsProtectedAsync(Table), await IsProtectedAsync(ReservationsTable)];

        Options.DeletionProtection = false;
        await new DynamoDbUserStore<User>(Client, Options).EnsureTablesAsync();

        enabled.Should().Equal(true, true);
        (await IsProtectedAsync(Table), await IsProtectedAsync(ReservationsTable)).Should().Be((true, true));
    }

    [Fact]
    public async Task Point_in_time_recovery_is_enabled_once_if_the_options_require_it()
    {
        Options.PointInTimeRecovery = true;
        using AmazonDynamoDBClient client = ClientWithBackups();

        await new DynamoDbUserStore<User>(client, Options).EnsureTablesAsync();
        string[] first = [.. _operations];
        _operations.Clear();
        await new DynamoDbUserStore<User>(client, Options).EnsureTablesAsync();
        Options.PointInTimeRecovery = false;
        await new DynamoDbUserStore<User>(client, Options).EnsureTablesAsync();

        first.Where(operation => operation.StartsWith("Update", StringComparison.Ordinal)).Should().BeEquivalentTo(
            $"UpdateContinuousBackups {Table}", $"UpdateContinuousBackups {ReservationsTable}");
        _operations.Should().BeEquivalentTo($"DescribeContinuousBackups {Table}", $"DescribeContinuousBackups {ReservationsTable}");
        _recovery.Should().Equal(new Dictionary<string, string> { [Table] = "ENABLED", [ReservationsTable] = "ENABLED" });
    }

    [Theory]
    [InlineData("TableNotFoundException")]
    [InlineData("ContinuousBackupsUnavailableException")]
    public async Task Enabling_point_in_time_recovery_of_a_new_table_is_retried_until_the_service_knows_the_table(string error)
    {
        (Options.PointInTimeRecovery, Options.UniqueEmails) = (true, false);
        _errors.Enqueue(error);
        _errors.Enqueue(error);
        using AmazonDynamoDBClient client = ClientWithBackups();

        await new DynamoDbUserStore<User>(client, Options).EnsureTablesAsync();

        _recovery[Table].Should().Be("ENABLED");
        _operations.Count(operation => operation == $"UpdateContinuousBackups {Table}").Should().Be(3);
    }

    [Fact]
    public async Task The_health_check_reports_tables_without_the_required_protection()
    {
        using AmazonDynamoDBClient client = ClientWithBackups();
        await new DynamoDbUserStore<User>(client, Options).EnsureTablesAsync();
        (Options.DeletionProtection, Options.PointInTimeRecovery) = (true, true);

        HealthReportEntry before = await CheckAsync(client);
        await new DynamoDbUserStore<User>(client, Options).EnsureTablesAsync();
        HealthReportEntry after = await CheckAsync(client);

        before.Data.Keys.Should().BeEquivalentTo(Table, ReservationsTable);
        foreach (object finding in before.Data.Values)
        {
            finding.ToString().Should().Contain("has no deletion protection, but requires it")
                .And.Contain("has point-in-time recovery disabled, but requires it");
        }

        after.Status.Should().Be(HealthStatus.Healthy, after.Description);
    }

    [Fact]
    public async Task The_tables_of_a_replication_are_not_protected()
    {
        (Options.DeletionProtection, Options.PointInTimeRecovery) = (true, true);
        using AmazonDynamoDBClient client = ClientWithBackups();
        ServiceCollection services = new();
        services.AddSingleton<IAmazonDynamoDB>(client);
        services.AddUserStore(Configure).AddReplication<User, PolicyTests.StatusView, PolicyTests.ByStatus>();
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.GetRequiredService<UserReplicator<User, PolicyTests.StatusView>>().EnsureTablesAsync();

        _recovery.Should().BeEmpty();
    }

    [Fact]
    public async Task A_dry_run_records_point_in_time_recovery_of_tables_that_do_not_exist_yet()
    {
        (Options.PointInTimeRecovery, _knowsTables) = (true, false);
        using AmazonDynamoDBClient client = ClientWithBackups();
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton<IAmazonDynamoDB>(client);
        services.AddUserStore(Configure).AddMigrations(options => options.Migrations.AddCreateTables());
        await using ServiceProvider provider = services.BuildServiceProvider();

        MigrationPlan plan = await provider.GetRequiredService<IMigrationRunner>().PlanAsync();

        plan.Requests.Select(request => request.Operation).Should().Equal(
            "CreateTable", "UpdateTimeToLive", "UpdateContinuousBackups", "CreateTable", "UpdateContinuousBackups");
        _operations.Should().OnlyContain(operation => operation.StartsWith("Describe"));
    }

    private async Task<bool?> IsProtectedAsync(string table) => (await Client.DescribeTableAsync(table)).Table.DeletionProtectionEnabled;

    private async Task<HealthReportEntry> CheckAsync(AmazonDynamoDBClient client)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton<IAmazonDynamoDB>(client);
        services.AddUserStore(Configure);
        services.AddHealthChecks().AddUserStore();
        await using ServiceProvider provider = services.BuildServiceProvider();
        return (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["users"];
    }

    private void Configure(UserStoreOptions options) => (options.TableNamePrefix, options.DeletionProtection, options.PointInTimeRecovery) =
        (Options.TableNamePrefix, Options.DeletionProtection, Options.PointInTimeRecovery);

    /// <summary>Creates a client of the local server whose requests for continuous backups are handled here.</summary>
    private AmazonDynamoDBClient ClientWithBackups() => Server.CreateClient(config => config.HttpClientFactory = new InterceptedWire(
        async (request, operation, send) =>
        {
            if (!operation.EndsWith("ContinuousBackups", StringComparison.Ordinal))
                return await send();
            using JsonDocument body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync());
            string table = body.RootElement.GetProperty("TableName").GetString()!;
            lock (_operations)
            {
                _operations.Add($"{operation} {table}");
                if (!_knowsTables)
                    return InterceptedWire.Error(HttpStatusCode.BadRequest, "TableNotFoundException");
                if (operation.StartsWith("Update", StringComparison.Ordinal))
                {
                    if (_errors.TryDequeue(out string? error))
                        return InterceptedWire.Error(HttpStatusCode.BadRequest, error);
                    _recovery[table] = "ENABLED";
                }

                string status = _recovery.GetValueOrDefault(table, "DISABLED");
                return new HttpResponseMessage
                {
                    Content = JsonContent.Create(
                        new { ContinuousBackupsDescription = new { PointInTimeRecoveryDescription = new { PointInTimeRecoveryStatus = status } } },
                        options: JsonSerializerOptions.Default),
                };
            }
        }));
}
