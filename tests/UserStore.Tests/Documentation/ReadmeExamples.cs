using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.Runtime;
using Microsoft.Extensions.DependencyInjection;
using UserStore.DynamoDb;
using UserStore.Replication;
using UserStore.Testing;
using AppUserStore = UserStore.IUserStore<UserStore.User>;

namespace UserStore.Tests.Documentation;

public record AppUser : User
{
    [DynamoDBProperty("city")]
    [DynamoDBGlobalSecondaryIndexHashKey("city-index")]
    public string? City { get; init; }

    [DynamoDBProperty("logins")]
    public long Logins { get; init; }
}

/// <summary>Compiles and runs the code of the README and of the guides that share its examples.</summary>
public sealed class ReadmeExamples
{
    [Fact]
    public async Task The_first_example_runs()
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
        var services = new ServiceCollection();
        services.AddUserStore(options => options.TableNamePrefix = "myservice-");
        services.AddUserStore(options => options.TableNamePrefix = "myservice-")
            .AddMigrations(options => options.Migrations.AddCreateTables().AddReserveUniqueValues())
            .RunMigrationsOnStart();
        services.AddSingleton(server.CreateClient()).AddSingleton<IAmazonDynamoDB>(
            provider => provider.GetRequiredService<AmazonDynamoDBClient>());
        await using ServiceProvider provider = services.BuildServiceProvider();

        IUserStore users = provider.GetRequiredService<IUserStore>();
        await users.EnsureTablesAsync();

        User ada = await users.CreateAsync(new User { Name = "Ada Example", Email = "ada@example.test" });
        User? found = await users.FindByEmailAsync("Ada@example.test", ReadConsistency.Strong);
        User renamed = await users.UpdateAsync(ada with { Name = "Ada Renamed" });
        User older = await users.UpdateAsync(ada.UserId, new UserPatch<User>().Increment(u => u.Age, 1));
        User? deleted = await users.DeleteAsync(ada.UserId);

        found.Should().Be(ada);
        (renamed.Version, older.Age).Should().Be((2, 1));
        deleted.Should().Be(older);

        IUniqueValueAudit<User> audit = provider.GetRequiredService<IUniqueValueAudit<User>>();
        await foreach (UniqueValueAuditPage page in audit.RepairAsync())
            Console.WriteLine($"{page.Users} users and {page.Reservations} reservations read, {page.Findings.Count} inconsistencies");

        foreach (string table in new[] { "myservice-Users", "myservice-UserReservations" })
            await provider.GetRequiredService<IAmazonDynamoDB>().DeleteTableAsync(table);
    }

    [Fact]
    public async Task The_examples_of_patches_and_queries_run()
    {
        IUserStore<AppUser> store = new InMemoryUserStore<AppUser>();
        string userId = (await store.CreateAsync(new AppUser { Logins = 10 })).UserId;

        UserPatch<AppUser> patch = new UserPatch<AppUser>()
            .Set(u => u.City, "Exampleton")
            .Increment(u => u.Logins, 1)
            .Append(u => u.Tags, "moved")
            .OnlyIf(u => u.Status == UserStatus.Active);
        AppUser moved = await store.UpdateAsync(userId, patch);

        var query = new UserQuery<AppUser>("city-index", "Exampleton") { Filter = u => u.Logins > 10, Limit = 100 };
        await foreach (AppUser user in store.QueryAsync(query))
            Console.WriteLine(user);

        moved.Logins.Should().Be(11);
        AppUser[] others = [.. Enumerable.Range(1, 25).Select(number => moved with { UserId = $"fake-{number}" })];
        foreach (AppUser other in others)
            await store.CreateAsync(other);
        var queried = new List<int>();

        string? token = null;
        do
        {
            UserPage<AppUser> page = await store.QueryPageAsync(query with { PageSize = 20 }, token);
            foreach (AppUser user in page.Users)
                Console.WriteLine(user);
            token = page.ContinuationToken;
            queried.Add(page.Users.Count);
        }
        while (token is not null);

        queried.Should().Equal(20, 6);

        string[] userIds = [userId, "fake-0"];
        await foreach (UserLookup<AppUser> found in store.FindManyAsync(userIds))
            Console.WriteLine($"{found.Key}: {found.User?.City ?? "not found"}");

        var positions = new Dictionary<int, string?>();
        var all = new UserListOptions { TotalSegments = 8, ResumeFrom = positions };
        await foreach (UserSegmentPage<AppUser> part in store.ListSegmentsAsync(all))
            positions[part.Segment] = part.ContinuationToken;
        positions.Should().HaveCount(8);

        IUserBatchWriter<AppUser> writer = new InMemoryUserBatchWriter<AppUser>((InMemoryUserStore<AppUser>)store);
        AppUser[] newUsers = [new(), new() { UserId = userId }];
        var kept = new List<AppUser?>();
        ValueTask KeepForLaterAsync(AppUser? user)
        {
            kept.Add(user);
            return ValueTask.CompletedTask;
        }

        var options = new BatchWriteOptions<AppUser> { MaxConcurrency = 32, OnItemFailed = item => KeepForLaterAsync(item.Item) };
        BatchWriteResult<AppUser> result = await writer.CreateAsync(newUsers, options);
        Console.WriteLine($"{result.Written} of {result.Read} written, {result.Rejected} rejected, {result.Unknown} unknown");
        (result.Written, kept.Single()!.UserId).Should().Be((1, userId));
    }

    [Fact]
    public async Task The_examples_of_testing_run()
    {
        var services = new ServiceCollection();
        services.AddInMemoryUserStore();
        await using ServiceProvider provider = services.BuildServiceProvider();

        InMemoryUserStore store = provider.GetRequiredService<InMemoryUserStore>();
        await store.CreateAsync(FakeUsers.Create(1));
        store.Faults.ThrottleNextWrite();

        AppUserStore alias = store;
        Func<Task> throttled = () => alias.CreateAsync(FakeUsers.Create(2));
        await throttled.Should().ThrowAsync<UserStoreThrottledException>();
    }

    [Fact]
    public async Task The_example_of_the_local_server_runs()
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
        await CreateTablesAsync(server);

        using var wire = new FaultyWire();
        await using FaultyProxy proxy = FaultyProxy.Start(wire, server.Endpoint);
        AmazonDynamoDBClient client = server.CreateClient(config => config.ServiceURL = proxy.Endpoint.ToString());
        var users = new DynamoDbUserStore(client, new UserStoreOptions { TableNamePrefix = "test-" });
        User user = await users.CreateAsync(new User { Name = "Fake User" });

        wire.Next(WireFault.LostResponse, "UpdateItem");
        User renamed = await users.UpdateAsync(user with { Name = "Fake Name" });

        Assert.Equal(user.Version + 1, renamed.Version);

        var config = new AmazonDynamoDBConfig { ServiceURL = proxy.Endpoint.ToString(), AuthenticationRegion = "us-east-1" };
        using var yourClient = new AmazonDynamoDBClient(new BasicAWSCredentials("local", "local"), config);
        wire.Next(WireFault.LostResponse, "UpdateItem");
        int sentBefore = wire.Operations.Count;
        var usersOfYours = new DynamoDbUserStore(yourClient, new UserStoreOptions { TableNamePrefix = "test-" });
        (await usersOfYours.UpdateAsync(renamed with { Name = "y" })).Version.Should().Be(renamed.Version + 1);
        wire.Operations.Skip(sentBefore).Should().Equal("UpdateItem", "UpdateItem");

        wire.Randomly(seed: 1, share: 0.3, WireFault.ClosedConnection, WireFault.TruncatedResponse, WireFault.Throttle);

        AmazonDynamoDBClient withoutPort = server.CreateClient(config => config.HttpClientFactory = wire);
        foreach (AmazonDynamoDBClient other in new[] { client, withoutPort })
        {
            user = await new DynamoDbUserStore(other, new UserStoreOptions { TableNamePrefix = "test-" }).CreateAsync(new User());
            (await users.UpdateAsync(user with { Name = "x" })).Version.Should().Be(2);
        }

        foreach (string table in new[] { "test-Users", "test-UserReservations" })
            await server.CreateClient().DeleteTableAsync(table);
    }

    private static async Task CreateTablesAsync(LocalDynamoDb server)
    {
        var users = new DynamoDbUserStore(server.CreateClient(), new UserStoreOptions { TableNamePrefix = "test-" });
        await users.EnsureTablesAsync();
    }

    [Fact]
    public async Task The_example_of_changes_runs()
    {
        var services = new ServiceCollection();
        using var lambdaEvent = new MemoryStream("""{"Records":[]}"""u8.ToArray());
        using var lambdaResponse = new MemoryStream();

        services.AddUserStore(options => options.TableNamePrefix = "myservice-")
            .AddReplication<User, UserByStatus, ByStatus>();

        using ServiceProvider provider = services.BuildServiceProvider();
        var dispatcher = provider.GetRequiredService<UserChangeDispatcher<User>>();
        UserChangeBatchResult handled = await dispatcher.DispatchAsync(lambdaEvent);
        await handled.WriteResponseAsync(lambdaResponse);

        lambdaResponse.Length.Should().BePositive();
    }
}
