using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using UserStore.DynamoDb;
using UserStore.Migrations;
using UserStore.Replication;
using UserStore.Schema;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>The policy of each role allows exactly the requests of the role. The suites of stores and migrations also run with their
/// policies.</summary>
public sealed class PolicyTests : ServerTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadOnly_allows_every_read(bool uniqueEmails)
    {
        await PrepareAsync(uniqueEmails);
        (ServiceProvider provider, PolicedWire wire) = Open(UserStoreRole.ReadOnly);
        await using var _ = provider;

        await ReadAllAsync(provider);

        ShouldBeExact(wire);
        Func<Task> write = () => provider.GetRequiredService<IUserStore>().CreateAsync(FakeUsers.Create(9));
        (await write.Should().ThrowAsync<UserStoreUnavailableException>()).Which.IsTransient.Should().BeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadWrite_allows_every_request_of_store_writer_and_audit(bool uniqueEmails)
    {
        await PrepareAsync(uniqueEmails);
        (ServiceProvider provider, PolicedWire wire) = Open(UserStoreRole.ReadWrite);
        await using var _ = provider;
        IUserStore store = provider.GetRequiredService<IUserStore>();
        IUserBatchWriter<User> writer = provider.GetRequiredService<IUserBatchWriter<User>>();

        await ReadAllAsync(provider);
        User user = await store.CreateAsync(FakeUsers.Create(11) with { Email = null });
        user = await store.UpdateAsync(user with { Email = "fake-11@example.test" });
        user = await store.UpdateAsync("fake-11", new UserPatch<User>().Set(u => u.Email, "fake-12@example.test"));
        await store.UpdateAsync("fake-11", new UserPatch<User>().Increment(u => u.Age, 1));
        await store.DeleteAsync("fake-11");
        await writer.CreateAsync(FakeUsers.CreateMany(60).Select(one => one with { UserId = $"b-{one.UserId}", Email = $"b.{one.Email}" }));
        await writer.DeleteAsync(["b-fake-1", "b-fake-2"]);
        if (uniqueEmails)
        {
            // The audit repairs an external user and a reservation without its user.
            await Server.Client.PutItemAsync(Table, new() { ["user_id"] = new("foreign"), ["email"] = new("external@example.test") });
            await Server.Client.PutItemAsync(ReservationsTable, StoredReservations.ToItem("deleted@example.test", "gone"));
            await provider.GetRequiredService<IUniqueValueAudit<User>>().RepairAsync().ReadAllAsync();
            await store.CreateAsync(FakeUsers.Create(20) with { Email = "old@example.test", ExpiresAt = Clock.GetUtcNow().AddSeconds(5) });
            Clock.Advance(TimeSpan.FromSeconds(5));
            await store.CreateAsync(FakeUsers.Create(21) with { Email = "old@example.test" });
        }
        else
        {
            await writer.ReplaceAsync(FakeUsers.CreateMany(30));
        }

        ShouldBeExact(wire);
    }

    [Fact]
    public async Task Migrations_allows_creating_tables_and_running_migrations()
    {
        Options.StreamViewType = TableStreamViewType.NewAndOldImages;
        await CreateExternalTableAsync(External, "id");
        await Server.Client.PutItemAsync(External, new() { ["id"] = new("old-1"), ["email"] = new("old@example.test") });
        (ServiceProvider provider, PolicedWire wire) = Open(UserStoreRole.Migrations, options =>
        {
            options.AllowReset = true;
            options.Migrations.AddCreateTables(undoBehavior: TableUndoBehavior.Delete).AddReserveUniqueValues();
            options.Migrations.AddImport("00000000000003_import", new ExternalTable { TableName = External, Attributes = { ["id"] = "user_id" } });
            options.Migrations.Add("00000000000004_index", ChangeAsync, (_, _) => Task.CompletedTask);
        });
        await using var _ = provider;
        IMigrationRunner runner = provider.GetRequiredService<IMigrationRunner>();

        await runner.PlanAsync();
        await runner.RunAsync();
        await provider.GetRequiredService<UserReplicator<User, StatusView>>().EnsureTablesAsync();
        await CheckHealthAsync(provider);
        await runner.UnlockAsync("a test");
        User? taken = await Other().FindAsync("old-1");
        await runner.RunAsync(MigrationPlanner.Undo);
        await runner.DestroyAsync();
        await provider.GetRequiredService<IAmazonDynamoDB>().DeleteTableAsync(ReservationsTable);
        await provider.GetRequiredService<IAmazonDynamoDB>().DeleteTableAsync(Table);

        taken.Should().NotBeNull();
        wire.Denied.Should().BeEmpty();
        Unused(wire).Should().BeSubsetOf(
        [
            // For changes of a table that differs from the definition.
            $"UpdateTable {Table}", $"UpdateTable {Target}", $"DescribeTimeToLive {Target}",
            // For migrations of a service that replace, restore or repair users.
            $"BatchGetItem {Table}", $"ConditionCheckItem {Table}", $"DeleteItem {Table}", $"GetItem {Table}", $"Query {Table}/index/status-index",
            $"Query {Table}/index/email-index", $"BatchGetItem {ReservationsTable}", $"DeleteItem {ReservationsTable}", $"GetItem {ReservationsTable}",
            // For the recovery after a failure or a runner that has ended.
            $"GetItem {External}", $"PutItem {Lock}", $"DeleteItem {Lock}", $"DeleteTable {Target}", $"DeleteTable {Guards}",
        ]);

        static Task ChangeAsync(MigrationContext context, CancellationToken cancellationToken) => context.BackfillAsync(
            new Backfill
            {
                Name = "change",
                TableName = context.UsersTable,
                Transform = (item, _) =>
                {
                    item["seen"] = new AttributeValue { BOOL = true };
                    return ValueTask.CompletedTask;
                },
            },
            cancellationToken);
    }

    [Fact]
    public async Task Replication_allows_replicating_rebuilding_and_comparing()
    {
        Options.StreamViewType = TableStreamViewType.NewAndOldImages;
        await PrepareAsync(uniqueEmails: true);
        await new UserReplicator<User, StatusView>(Server.Client, Options, new ByStatus()).EnsureTablesAsync();
        (ServiceProvider provider, PolicedWire wire) = Open(UserStoreRole.Replication);
        await using var _ = provider;
        var replicator = provider.GetRequiredService<UserReplicator<User, StatusView>>();
        User user = FakeUsers.Create(1);

        await replicator.HandleAsync(ChangeOf(user, null, 1));
        await replicator.HandleAsync(ChangeOf(user with { Status = "other" }, user, 2));
        await replicator.HandleAsync(ChangeOf(user with { Status = "late" }, null, 1));
        await replicator.HandleAsync(ChangeOf(null, user with { Status = "other" }, 3));
        // An item of another user has the key.
        await Server.Client.PutItemAsync(Target, new() { ["status"] = new("active"), ["user_id"] = new("fake-2"), ["source_user_id"] = new("fake-1") });
        await replicator.HandleAsync(ChangeOf(FakeUsers.Create(2), null, 1) with { Key = "fake-2" });
        await Server.Client.PutItemAsync(Target, new() { ["status"] = new("x"), ["user_id"] = new("foreign") });
        await replicator.RebuildAsync().ReadAllAsync();
        await replicator.CompareAsync().ReadAllAsync();
        await replicator.RebuildUserAsync("fake-1");

        wire.Denied.Should().BeEmpty();
        Unused(wire).Should().BeEquivalentTo(
        [
            // Lambda reads the stream instead of the library.
            $"DescribeStream {Table}/stream/*", $"GetRecords {Table}/stream/*", $"GetShardIterator {Table}/stream/*", "ListStreams *",
            // Requested only after a failure.
            $"DescribeTable {Table}", $"DescribeTable {Target}", $"DescribeTable {Guards}",
        ]);
    }

    private string External => Options.TableNamePrefix + "Old";

    private string Target => Options.TableNamePrefix + "StatusViews";

    private string Guards => Target + "Guards";

    private string Lock => Options.TableNamePrefix + "_migrations-lock";

    private static UserChange<User> ChangeOf(User? after, User? before, int number)
        => new() { Key = "fake-1", Kind = KindOf(after, before), OldUser = before, NewUser = after, SequenceNumber = $"{number}" };

    private static UserChangeKind KindOf(User? after, User? before)
        => before is null ? UserChangeKind.Inserted : after is null ? UserChangeKind.Removed : UserChangeKind.Modified;

    private static string[] Unused(PolicedWire wire)
        => [.. wire.Allowed.Except(wire.Used.Keys).Select(permission => $"{permission.Action} {permission.Resource}")];

    private static void ShouldBeExact(PolicedWire wire)
    {
        wire.Denied.Should().BeEmpty();
        Unused(wire).Should().BeEmpty("each permission has its use");
    }

    /// <summary>Creates all tables of the store and some users, without a policy.</summary>
    private async Task PrepareAsync(bool uniqueEmails)
    {
        Options.UniqueEmails = uniqueEmails;
        DynamoDbUserStore<User> store = Other();
        await store.EnsureTablesAsync();
        await CreateExternalTableAsync(Options.TableNamePrefix + "_migrations", "id");
        foreach (User user in FakeUsers.CreateMany(3))
            await store.CreateAsync(user with { Status = UserStatus.Active });
    }

    private (ServiceProvider Provider, PolicedWire Wire) Open(UserStoreRole role, Action<MigrationOptions>? configure = null)
    {
        UserStoreSchema schema = UserStoreSchema.For<User>(Options);
        var parts = new UserStorePolicyOptions
        {
            AccountId = "123456789012",
            Region = "us-east-1",
            Migrations = role == UserStoreRole.Replication ? null : schema.MigrationTables(),
            Replications = { schema.ReplicationTo<StatusView>() },
            ImportedTables = { External },
            AllowTableDeletion = true,
        };
        var wire = new PolicedWire(UserStorePolicy.Create(schema, role, parts));
        ServiceCollection services = new();
        services.AddSingleton(Stores.Time);
        services.AddSingleton<IAmazonDynamoDB>(Server.CreateClient(config => config.HttpClientFactory = wire));
        services.AddLogging().AddHealthChecks().AddUserStore();
        services.AddUserStore(options =>
            {
                (options.TableNamePrefix, options.UniqueEmails) = (Options.TableNamePrefix, Options.UniqueEmails);
                options.Retry.BaseDelay = TimeSpan.FromMilliseconds(1);
            })
            .AddReplication<User, StatusView, ByStatus>()
            .AddMigrations(configure ?? (options => options.Migrations.AddCreateTables()));
        return (services.BuildServiceProvider(), wire);
    }

    private static async Task ReadAllAsync(IServiceProvider provider)
    {
        IUserStore store = provider.GetRequiredService<IUserStore>();
        await store.GetAsync("fake-1");
        await store.FindManyAsync(["fake-1", "fake-2"]).ReadAllAsync();
        await store.FindByEmailAsync("fake.user.1@example.test");
        await store.QueryByStatusAsync(UserStatus.Active).ReadAllAsync();
        await store.ListAsync().ReadAllAsync();
        if (provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(typeof(User).FullName).UniqueEmails)
        {
            await store.FindByEmailAsync("fake.user.1@example.test", ReadConsistency.Strong);
            await provider.GetRequiredService<IUniqueValueAudit<User>>().CheckAsync().ReadAllAsync();
        }

        await CheckHealthAsync(provider);
    }

    // The check reads the journal, which does not exist; its result does not matter here.
    private static Task CheckHealthAsync(IServiceProvider provider)
        => provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    [DynamoDBTable("StatusViews")]
    public sealed class StatusView
    {
        [DynamoDBHashKey("status")]
        public string Status { get; set; } = "";

        [DynamoDBRangeKey("user_id")]
        public string UserId { get; set; } = "";
    }

    public sealed class ByStatus : IUserProjection<User, StatusView>
    {
        public StatusView? Project(User user) => new() { Status = user.Status, UserId = user.UserId };
    }
}
