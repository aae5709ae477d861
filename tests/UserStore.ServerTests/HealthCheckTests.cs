using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using UserStore.Migrations;
using UserStore.Testing;

namespace UserStore.ServerTests;

public sealed class HealthCheckTests : ServerTest
{
    [Fact]
    public async Task A_store_with_its_tables_and_migrations_is_healthy()
    {
        await using ServiceProvider provider = Register(options => options.Migrations.AddCreateTables());

        HealthReportEntry before = await CheckAsync(provider);
        await provider.GetRequiredService<IMigrationRunner>().RunAsync();
        HealthReportEntry after = await CheckAsync(provider);

        before.Status.Should().Be(HealthStatus.Unhealthy);
        before.Data.Keys.Should().BeEquivalentTo([Table, ReservationsTable, "migrations"], "all problems are reported together");
        before.Description.Should().Contain($"'{Table}'").And.Contain("00000000000001");
        after.Status.Should().Be(HealthStatus.Healthy);
        after.Data.Should().BeEmpty();
    }

    [Fact]
    public async Task Pending_and_interrupted_migrations_are_reported_with_the_status_of_the_registration()
    {
        await CreateStoreAsync();
        bool fails = true;
        await using ServiceProvider provider = Register(options => options.Migrations
            .Add("00000000000001_one", (_, _) => Task.CompletedTask)
            .Add("00000000000002_two", (_, _) => fails ? throw new InvalidOperationException("Not today.") : Task.CompletedTask),
                failureStatus: HealthStatus.Degraded);
        IMigrationRunner runner = provider.GetRequiredService<IMigrationRunner>();

        await runner.RunAsync(MigrationPlanner.To("00000000000001_one"));
        HealthReportEntry pending = await CheckAsync(provider);
        await runner.Invoking(migrations => migrations.RunAsync()).Should().ThrowAsync<MigrationFailedException>();
        HealthReportEntry failed = await CheckAsync(provider);
        fails = false;
        await runner.RunAsync();

        (pending.Status, pending.Data.Keys.Single()).Should().Be((HealthStatus.Degraded, "migrations"));
        pending.Description.Should().Contain("00000000000002_two").And.NotContain("00000000000001_one");
        failed.Description.Should().Contain("00000000000002_two");
        (await CheckAsync(provider)).Status.Should().Be(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Migrations_of_a_newer_version_do_not_make_a_running_older_version_unhealthy()
    {
        await CreateStoreAsync();
        static Task Nothing(MigrationContext context, CancellationToken token) => Task.CompletedTask;
        await using ServiceProvider older = Register(options => options.Migrations.Add("00000000000001_one", Nothing));
        var running = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        await using ServiceProvider newer = Register(options => options.Migrations
            .Add("00000000000001_one", Nothing)
            .Add("00000000000002_two", Nothing)
            .Add("00000000000003_three", async (_, _) =>
            {
                running.SetResult();
                await goOn.Task;
            }));

        Task<MigrationRun> run = newer.GetRequiredService<IMigrationRunner>().RunAsync();
        await running.Task;
        HealthReportEntry meanwhile = await CheckAsync(older);
        HealthReportEntry ofNewer = await CheckAsync(newer);
        goOn.SetResult();
        await run;

        meanwhile.Status.Should().Be(HealthStatus.Healthy);
        ofNewer.Description.Should().Contain("00000000000003_three").And.NotContain("00000000000002_two");
        (await CheckAsync(older)).Status.Should().Be(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Every_drift_of_a_table_is_reported()
    {
        await CreateExternalTableAsync(Table, "user_id", new GlobalSecondaryIndex
        {
            IndexName = "email-index",
            KeySchema = [new("mail", KeyType.HASH)],
            Projection = new Projection { ProjectionType = ProjectionType.ALL },
        });
        await CreateExternalTableAsync(ReservationsTable, "address");
        await using ServiceProvider provider = Register(configureStore: options => options.StreamViewType = TableStreamViewType.NewAndOldImages);

        HealthReportEntry result = await CheckAsync(provider);

        result.Data.Keys.Should().BeEquivalentTo([$"{Table}/email-index", $"{Table}/status-index", Table, ReservationsTable]);
        result.Data[$"{Table}/email-index"].ToString().Should().Contain("has other keys than 'email' (S)");
        result.Data[$"{Table}/status-index"].ToString().Should().Contain("does not exist");
        result.Data[Table].ToString().Should().Contain("has no stream, but requires one with the view type NEW_AND_OLD_IMAGES")
            .And.Contain("has time to live disabled, but requires it on 'expires_at'");
        result.Data[ReservationsTable].ToString().Should().Contain("another key than 'reservation' (S)");
        result.Exception.Should().BeOfType<UserStoreSchemaException>();
    }

    [Fact]
    public async Task An_unresponsive_server_is_reported_as_unhealthy_within_seconds()
    {
        await CreateStoreAsync();
        await using ServiceProvider provider = Register();
        Wire.Every(1, WireFault.ServiceUnavailable);

        HealthReportEntry result = await CheckAsync(provider);

        (result.Status, result.Data.Keys.Single()).Should().Be((HealthStatus.Unhealthy, "DynamoDB"));
        result.Exception.Should().BeOfType<UserStoreUnavailableException>();
    }

    [Fact]
    public async Task A_transient_fault_and_a_cancellation_are_not_reported_as_unhealthy()
    {
        await CreateStoreAsync();
        await using ServiceProvider provider = Register();
        Wire.Next(WireFault.Reset, count: 2);

        (await CheckAsync(provider)).Status.Should().Be(HealthStatus.Healthy);

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        Func<Task> check = () => CheckAsync(provider, cancelled.Token);
        await check.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task What_maps_the_users_is_reported_and_degrades_the_store_if_it_is_not_what_the_options_ask_for()
    {
        await CreateStoreAsync();
        using var ofService = new AmazonDynamoDBClient(
            new Amazon.Runtime.BasicAWSCredentials("local", "local"), new AmazonDynamoDBConfig { ServiceURL = Client.Config.ServiceURL });
        await using ServiceProvider generated = Register(configureStore: options => options.Mapping = UserMapping.Generated);
        await using ServiceProvider fallen = Register(configureStore: options => options.Mapping = UserMapping.Generated, client: ofService);

        HealthReportEntry healthy = await CheckAsync(generated);
        HealthReportEntry degraded = await CheckAsync(fallen);

        (healthy.Status, healthy.Description).Should().Be((HealthStatus.Healthy, "The store can be used. Its users are mapped by the generated mapping."));
        degraded.Status.Should().Be(HealthStatus.Degraded);
        degraded.Data["mapping"].Should().Be("The service registered its own IAmazonDynamoDB; let AddUserStore create the client.");
    }

    private ServiceProvider Register(
        Action<MigrationOptions>? configureMigrations = null,
        Action<UserStoreOptions>? configureStore = null,
        HealthStatus? failureStatus = null,
        IAmazonDynamoDB? client = null)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton(client ?? Client);
        UserStoreBuilder store = services.AddUserStore(options =>
        {
            options.TableNamePrefix = Options.TableNamePrefix;
            options.Retry.Timeout = TimeSpan.FromSeconds(1);
            configureStore?.Invoke(options);
        });
        if (configureMigrations is not null)
            store.AddMigrations(configureMigrations);
        services.AddHealthChecks().AddUserStore(failureStatus: failureStatus);
        return services.BuildServiceProvider();
    }

    private static async Task<HealthReportEntry> CheckAsync(IServiceProvider provider, CancellationToken cancellationToken = default)
        => (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(cancellationToken)).Entries["users"];
}
