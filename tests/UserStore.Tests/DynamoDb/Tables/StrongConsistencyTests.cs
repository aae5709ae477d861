using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using UserStore.DynamoDb;
using UserStore.Migrations;
using UserStore.Migrations.Running;
using UserStore.Testing;
using UserStore.TestKit;

namespace UserStore.Tests.DynamoDb.Tables;

/// <summary>Global tables with multi-Region strong consistency, which reject transactions and time to live.</summary>
public sealed class StrongConsistencyTests
{
    private const string NoTransactions = "*is a global table with multi-Region strong consistency (MRSC), which does not support transactions, but "
        + "unique values are reserved in transactions.*UserStoreOptions.UniqueEmails to false, and declare no ?Unique?.";

    private readonly TableService _service = new();

    [Theory]
    [InlineData("Users")]
    [InlineData("UserReservations")]
    public async Task A_store_with_unique_values_is_refused_before_its_tables_are_changed(string strong)
    {
        await new DynamoDbUserStore<User>(_service.Client, new UserStoreOptions()).EnsureTablesAsync();
        _service[strong].MultiRegionConsistency = MultiRegionConsistency.STRONG;
        _service["Users"].GlobalSecondaryIndexes.RemoveAt(1);
        _service.Requests.Clear();
        UserStoreOptions options = new() { EnableTimeToLive = false, DeletionProtection = true };

        Func<Task> ensure = () => new DynamoDbUserStore<User>(_service.Client, options).EnsureTablesAsync();

        UserStoreSchemaException thrown = (await ensure.Should().ThrowAsync<UserStoreSchemaException>().WithMessage(NoTransactions)).Which;
        thrown.TableName.Should().Be(strong);
        _service.Changes.Should().NotContain(change => change.EndsWith($" {strong} +protection"));
    }

    [Fact]
    public async Task The_health_check_names_transactions_and_time_to_live_of_each_table()
    {
        await new DynamoDbUserStore<User>(_service.Client, new UserStoreOptions()).EnsureTablesAsync();
        foreach (string table in new[] { "Users", "UserReservations" })
            _service[table].MultiRegionConsistency = MultiRegionConsistency.STRONG;

        HealthReportEntry entry = await CheckAsync(_ => { });

        entry.Status.Should().Be(HealthStatus.Unhealthy);
        entry.Data["Users"].ToString().Should().Match(NoTransactions + "*does not support time to live*EnableTimeToLive to false*");
        entry.Data["UserReservations"].ToString().Should().Match(NoTransactions);
    }

    [Fact]
    public async Task A_store_without_unique_values_and_time_to_live_can_use_such_a_table()
    {
        UserStoreOptions options = new() { UniqueEmails = false, EnableTimeToLive = false };
        await new DynamoDbUserStore<User>(_service.Client, options).EnsureTablesAsync();
        _service["Users"].MultiRegionConsistency = MultiRegionConsistency.STRONG;

        await new DynamoDbUserStore<User>(_service.Client, options).EnsureTablesAsync();
        HealthReportEntry entry = await CheckAsync(one => (one.UniqueEmails, one.EnableTimeToLive) = (false, false));

        entry.Status.Should().Be(HealthStatus.Healthy, entry.Description);
    }

    [Fact]
    public async Task Time_to_live_of_such_a_table_is_refused_by_name()
    {
        UserStoreOptions options = new() { UniqueEmails = false };
        await new DynamoDbUserStore<User>(_service.Client, options).EnsureTablesAsync();
        _service["Users"].MultiRegionConsistency = MultiRegionConsistency.STRONG;

        Func<Task> ensure = () => new DynamoDbUserStore<User>(_service.Client, options).EnsureTablesAsync();

        await ensure.Should().ThrowAsync<UserStoreSchemaException>().WithMessage("Table 'Users': *does not support time to live*EnableTimeToLive to false*");
    }

    [Fact]
    public async Task A_start_whose_migrations_create_the_other_tables_fails_and_names_such_a_table()
    {
        string prefix = $"strong-{Guid.NewGuid():N}-";
        using AmazonDynamoDBClient client = LocalServer.Shared.CreateClient();
        client.AfterResponseEvent += (_, received) =>
        {
            if (received is WebServiceResponseEventArgs { Response: DescribeTableResponse { Table: { } table } } && table.TableName == $"{prefix}Users")
                table.MultiRegionConsistency = MultiRegionConsistency.STRONG;
        };
        UserStoreOptions withoutReservations = new() { TableNamePrefix = prefix, UniqueEmails = false, EnableTimeToLive = false };
        await new DynamoDbUserStore<User>(LocalServer.Shared.Client, withoutReservations).EnsureTablesAsync();
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<IAmazonDynamoDB>(client);
        builder.Services.AddUserStore(options => options.TableNamePrefix = prefix)
            .AddMigrations(options => options.Migrations.AddCreateTables())
            .RunMigrationsOnStart();
        using IHost host = builder.Build();

        Func<Task> start = () => host.StartAsync();

        MigrationFailedException thrown = (await start.Should().ThrowAsync<MigrationFailedException>()).Which;
        thrown.InnerException.Should().BeOfType<UserStoreSchemaException>().Which.Message.Should().Match(NoTransactions);
        (await LocalServer.Shared.Client.ListTablesAsync()).TableNames.Should().NotContain($"{prefix}UserReservations");
        await LocalServer.Shared.DeleteTablesAsync(prefix);
    }

    [Fact]
    public async Task A_transaction_that_such_a_table_rejects_is_reported_by_the_table_and_the_remedy()
    {
        var client = new DelegatingClient((request, _) => request switch
        {
            DescribeTableRequest describe => Task.FromResult<AmazonWebServiceResponse>(new DescribeTableResponse
            {
                Table = new TableDescription
                {
                    MultiRegionConsistency = describe.TableName == "Users" ? MultiRegionConsistency.STRONG : null,
                },
            }),
            _ => throw TableService.Invalid("Transactions are not supported."),
        });
        var store = new DynamoDbUserStore<User>(client, new UserStoreOptions());
        var writer = new DynamoDbUserBatchWriter<User>(client, new UserStoreOptions());

        Func<Task> create = () => store.CreateAsync(FakeUsers.Create(1));
        BatchWriteResult<User> batch = await writer.CreateAsync([FakeUsers.Create(1), FakeUsers.Create(2)]);

        UserStoreSchemaException thrown = (await create.Should().ThrowAsync<UserStoreSchemaException>().WithMessage(NoTransactions)).Which;
        (thrown.TableName, thrown.Operation).Should().Be(("Users", "TransactWriteItems"));
        thrown.InnerException.Should().BeOfType<AmazonDynamoDBException>();
        batch.Failures.Should().HaveCount(2).And.OnlyContain(failure => failure.Error is UserStoreSchemaException);
    }

    [Fact]
    public async Task A_conflict_with_a_write_in_another_Region_is_retried()
    {
        int attempts = 0;
        var client = new DelegatingClient((_, _) => throw (++attempts < 3 ? Conflict() : new ResourceNotFoundException("the test ends")));
        UserStoreOptions options = new() { UniqueEmails = false, Retry = { BaseDelay = TimeSpan.FromMilliseconds(1) } };

        await Patch(client, options).Should().ThrowAsync<UserStoreSchemaException>();

        attempts.Should().Be(4, "the fourth request describes the table");
    }

    [Fact]
    public async Task A_conflict_with_a_write_in_another_Region_is_named()
    {
        var client = new DelegatingClient((_, _) => throw Conflict());
        UserStoreOptions options = new() { UniqueEmails = false, Retry = { Timeout = TimeSpan.Zero } };

        UserStoreUnavailableException thrown = (await Patch(client, options).Should().ThrowAsync<UserStoreUnavailableException>()).Which;

        thrown.IsTransient.Should().BeTrue();
        thrown.Message.Should().Contain("conflicted with a write in another Region");
    }

    private static Func<Task> Patch(IAmazonDynamoDB client, UserStoreOptions options)
        => () => new DynamoDbUserStore<User>(client, options).UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Name, "A"));

    private static AmazonDynamoDBException Conflict()
        => new("another Region", ErrorType.Sender, "ReplicatedWriteConflictException", "r", HttpStatusCode.BadRequest);

    private async Task<HealthReportEntry> CheckAsync(Action<UserStoreOptions> configure)
    {
        ServiceCollection services = [];
        services.AddLogging();
        services.AddSingleton(_service.Client);
        services.AddUserStore(configure);
        services.AddHealthChecks().AddUserStore();
        await using ServiceProvider provider = services.BuildServiceProvider();
        return (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["users"];
    }
}
