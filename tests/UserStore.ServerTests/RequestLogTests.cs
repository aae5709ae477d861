using Amazon.DynamoDBv2;
using Functions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Sending;
using UserStore.Migrations;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>Requests of migrations and replications log their retries, abandoned requests and unknown outcomes as those of the store do.</summary>
public sealed class RequestLogTests : ServerTest
{
    private const int Retrying = 101;
    private const int GivenUp = 102;
    private const int OutcomeUnknown = 103;
    private const int Unreachable = 107;

    private readonly FakeLogCollector _log = new();
    private UserStoreRetryOptions _retry = new();

    private string Journal => Options.TableNamePrefix + "_migrations";

    [Fact]
    public async Task A_throttled_migration_logs_the_retries_of_its_building_blocks_and_of_its_journal()
    {
        await using ServiceProvider services = Build(migrations => migrations.AddCreateTables());
        IMigrationRunner runner = await NewRunnerAsync(services);
        Wire.Next(WireFault.Throttle, "UpdateTimeToLive");
        Wire.Next(WireFault.Throttle, "TransactWriteItems");
        Wire.Next(WireFault.Throttle, "GetItem");

        await runner.RunAsync();

        ShouldHaveLogged(Retrying, LogLevel.Debug, $"UpdateTimeToLive on {Table}");
        ShouldHaveLogged(Retrying, LogLevel.Debug, $"TransactWriteItems on {Journal}, {Journal}-lock");
        ShouldHaveLogged(Retrying, LogLevel.Debug, $"GetItem on {Journal}-lock");
    }

    [Fact]
    public async Task A_missing_connection_is_reported_at_the_first_attempt_and_at_most_once_a_minute()
    {
        using SelfAdvancingClock time = new();
        Options.Retry.Timeout = TimeSpan.FromSeconds(1);
        using AmazonDynamoDBClient client = Server.CreateClient(config => config.ServiceURL = "http://127.0.0.1:9"); // nothing listens there
        time.WaitFor(client);
        var store = new DynamoDbUserStore<User>(new StoreConnection(client, Options, time, new FakeLogger(_log, "UserStore")));
        List<int> reported = [];
        foreach (TimeSpan pause in new[] { TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(1) })
        {
            await Task.Delay(pause, time);
            await store.Invoking(each => each.FindAsync("fake-1")).Should().ThrowAsync<UserStoreUnavailableException>();
            reported.Add(_log.GetSnapshot().Count(entry => entry.Id.Id == Unreachable));
        }

        reported.Should().Equal(1, 1, 2);
        ShouldHaveLogged(Unreachable, LogLevel.Warning, "No connection to http://127.0.0.1:9/: GetItem on", "00:00:01");
        _log.GetSnapshot().First(entry => entry.Level >= LogLevel.Debug).Id.Id.Should().Be(Unreachable, "nobody waits for the end of the retries");
    }

    [Fact]
    public async Task A_write_that_another_one_overtook_is_logged_as_a_retry()
    {
        await CreateStoreAsync();
        var store = new DynamoDbUserStore<User>(new StoreConnection(Client, Options, Stores.Time, new FakeLogger(_log, "UserStore")));
        await store.CreateAsync(FakeUsers.Create(1) with { Age = 0 });
        BeforeNext("UpdateItem", () => Other().UpdateAsync("fake-1", new UserPatch<User>().Increment(user => user.Age, 1)));

        User updated = await store.UpdateAsync("fake-1", new UserPatch<User>().Increment(user => user.Age, 1));

        updated.Age.Should().Be(2);
        ShouldHaveLogged(Retrying, LogLevel.Debug, $"UpdateItem on {Table}", "another writer changed the user");
    }

    [Fact]
    public async Task A_store_with_a_client_of_the_application_logs_that_the_client_gave_up()
    {
        await CreateStoreAsync();
        using var client = new AmazonDynamoDBClient("local", "local", new AmazonDynamoDBConfig
        {
            ServiceURL = Server.Endpoint.ToString(),
            HttpClientFactory = Wire,
            MaxErrorRetry = 1,
        });
        var store = new DynamoDbUserStore<User>(new StoreConnection(client, Options, Stores.Time, new FakeLogger(_log, "UserStore")));
        Wire.Every(1, WireFault.Throttle, "GetItem");

        await store.Invoking(each => each.FindAsync("fake-1")).Should().ThrowAsync<UserStoreThrottledException>();

        ShouldHaveLogged(GivenUp, LogLevel.Warning, $"GetItem on {Table}");
    }

    [Fact]
    public async Task A_journal_logs_that_it_gave_up()
    {
        await using ServiceProvider services = Build(migrations => migrations.AddCreateTables());
        IMigrationRunner runner = await NewRunnerAsync(services);
        _retry.Timeout = TimeSpan.FromMilliseconds(50);
        Wire.Every(1, WireFault.Throttle, "TransactWriteItems");

        await runner.Invoking(each => each.RunAsync()).Should().ThrowAsync<UserStoreThrottledException>();

        ShouldHaveLogged(GivenUp, LogLevel.Warning, $"TransactWriteItems on {Journal}, {Journal}-lock");
    }

    [Fact]
    public async Task The_store_of_a_migration_logs_retries_abandoned_requests_and_unknown_outcomes()
    {
        await CreateStoreAsync();
        await using ServiceProvider services = Build(migrations => migrations.Add("1_writes", async (context, token) =>
        {
            IUserStore<User> store = context.OpenStore<User>();
            await store.CreateAsync(FakeUsers.Create(3), token); // the first write of a migration is preceded by a record in the journal
            Wire.Next(WireFault.Throttle, "TransactWriteItems");
            await store.CreateAsync(FakeUsers.Create(1), token);
            _retry.Timeout = TimeSpan.FromMilliseconds(50);
            Wire.Every(1, WireFault.LostResponse, "TransactWriteItems", "GetItem");
            try
            {
                await store.CreateAsync(FakeUsers.Create(2), token);
            }
            finally
            {
                Wire.Clear();
            }
        }));

        await services.GetRequiredService<IMigrationRunner>().Invoking(runner => runner.RunAsync())
            .Should().ThrowAsync<MigrationFailedException>().WithInnerException(typeof(UserWriteOutcomeUnknownException));

        string request = $"TransactWriteItems on {Table}, {ReservationsTable}";
        ShouldHaveLogged(Retrying, LogLevel.Debug, request);
        ShouldHaveLogged(GivenUp, LogLevel.Warning, request);
        ShouldHaveLogged(OutcomeUnknown, LogLevel.Warning, request, "user fake-2 ");
    }

    [Fact]
    public async Task An_import_logs_a_write_whose_outcome_is_unknown()
    {
        await CreateStoreAsync();
        string members = Options.TableNamePrefix + "Members";
        await CreateExternalTableAsync(members);
        await Client.PutItemAsync(members, new() { ["user_id"] = new("fake-1"), ["email"] = new("fake-1@example.test") });
        await using ServiceProvider services = Build(migrations => migrations.AddImport("1_import", new ExternalTable
        {
            TableName = members,
            Convert = _ => Wire.Every(1, WireFault.LostResponse, "TransactWriteItems", "GetItem"),
        }));
        _retry.Timeout = TimeSpan.FromMilliseconds(50);

        await services.GetRequiredService<IMigrationRunner>().Invoking(runner => runner.RunAsync())
            .Should().ThrowAsync<MigrationFailedException>().WithInnerException(typeof(UserWriteOutcomeUnknownException));

        ShouldHaveLogged(OutcomeUnknown, LogLevel.Warning, "user fake-1 ");
    }

    [Fact]
    public async Task A_throttled_reservation_of_emails_logs_its_retries()
    {
        await CreateStoreAsync();
        await using ServiceProvider services = Build(migrations => migrations.AddReserveUniqueValues());
        Wire.Every(2, WireFault.Throttle, "Scan"); // the first scan reads the journal

        await services.GetRequiredService<IMigrationRunner>().RunAsync();

        ShouldHaveLogged(Retrying, LogLevel.Debug, $"Scan on {Table}");
    }

    [Fact]
    public async Task A_throttled_replication_logs_its_retries_and_that_it_gave_up()
    {
        Options.StreamViewType = TableStreamViewType.NewAndOldImages;
        await using ServiceProvider services = Build<PlacedUser>(
            builder => builder.AddReplication<PlacedUser, UserByPlace, ByPlace>());
        await Stores.CreateAsync<PlacedUser>(Options);
        var replicator = services.GetRequiredService<UserReplicator<PlacedUser, UserByPlace>>();
        Wire.Next(WireFault.Throttle, "CreateTable");
        await replicator.EnsureTablesAsync();
        var change = new UserChange<PlacedUser>
        {
            Kind = UserChangeKind.Removed,
            Key = "fake-1",
            SequenceNumber = "1",
        };
        Wire.Next(WireFault.Throttle, "TransactWriteItems");
        await replicator.HandleAsync(change);
        _retry.Timeout = TimeSpan.Zero;
        Wire.Next(WireFault.Throttle, "GetItem");

        await replicator.Invoking(one => one.RebuildUserAsync("fake-1")).Should().ThrowAsync<UserStoreThrottledException>();

        string target = Options.TableNamePrefix + "UsersByPlace";
        ShouldHaveLogged(Retrying, LogLevel.Debug, $"CreateTable on {target}");
        ShouldHaveLogged(Retrying, LogLevel.Debug, $"TransactWriteItems on {target}, {target}Guards");
        ShouldHaveLogged(GivenUp, LogLevel.Warning, $"GetItem on {target}Guards");
    }

    // Its lock has been held once, because the first acquisition is a transaction too.
    private static async Task<IMigrationRunner> NewRunnerAsync(ServiceProvider services)
    {
        var runner = services.GetRequiredService<IMigrationRunner>();
        await runner.Invoking(each => each.RunAsync(MigrationPlanner.Undo)).Should().ThrowAsync<MigrationPlanException>();
        return runner;
    }

    private ServiceProvider Build(Action<MigrationList> add)
        => Build<User>(builder => builder.AddMigrations(options => add(options.Migrations)));

    private ServiceProvider Build<TUser>(Action<UserStoreBuilder> configure)
        where TUser : User
    {
        ServiceCollection services = [];
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_log)).SetMinimumLevel(LogLevel.Trace));
        services.AddSingleton<IAmazonDynamoDB>(Client);
        UserStoreBuilder store = services.AddUserStore<TUser>(options =>
        {
            options.TableNamePrefix = Options.TableNamePrefix;
            options.Retry.BaseDelay = TimeSpan.FromMilliseconds(1);
        });
        configure(store);
        ServiceProvider provider = services.BuildServiceProvider();
        _retry = provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(store.OptionsName).Retry;
        return provider;
    }

    private void ShouldHaveLogged(int eventId, LogLevel level, params string[] parts) => _log.GetSnapshot().Should().Contain(
        logged => logged.Category == "UserStore" && logged.Id == eventId && logged.Level == level && parts.All(logged.Message.Contains));
}
