using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.Tests.Documentation;

public interface IMailbox
{
    Task SendOnceAsync(string messageId, string? email, CancellationToken cancellationToken);
}

public sealed class Mailbox : IMailbox
{
    public HashSet<string> Sent { get; } = [];

    public Task SendOnceAsync(string messageId, string? email, CancellationToken cancellationToken)
    {
        Sent.Add(messageId);
        return Task.CompletedTask;
    }
}

public sealed class Welcome(IMailbox mailbox) : IUserChangeHandler<User>
{
    public async Task HandleAsync(UserChange<User> change, CancellationToken cancellationToken = default)
    {
        if (change is { Kind: UserChangeKind.Inserted, NewUser: { } user })
            await mailbox.SendOnceAsync($"welcome-{change.Key}-{change.SequenceNumber}", user.Email, cancellationToken);
    }
}

[DynamoDBTable("UsersByStatus")]
public sealed record UserByStatus
{
    [DynamoDBHashKey("status")]
    public string Status { get; init; } = "";

    [DynamoDBRangeKey("name_user_id")]
    public string NameAndUserId { get; init; } = "";

    [DynamoDBProperty("tags")]
    public List<string> Tags { get; init; } = [];
}

public sealed class ByStatus : IUserProjection<User, UserByStatus>
{
    public UserByStatus? Project(User user) => user.Name is null ? null : new UserByStatus
    {
        Status = user.Status,
        NameAndUserId = $"{user.Name.Replace("#", "%23", StringComparison.Ordinal)}#{user.UserId}",
        Tags = [.. user.Tags],
    };
}

/// <summary>Compiles and runs the code of the guide to change streams and replication.</summary>
public sealed class ReplicationExamples
{
    [Fact]
    public async Task A_handler_is_called_for_the_records_of_an_event()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IMailbox, Mailbox>();
        services.AddUserStore(options => options.TableNamePrefix = "myservice-")
            .AddChangeHandler<User, Welcome>();

        using ServiceProvider provider = services.BuildServiceProvider();
        var dispatcher = provider.GetRequiredService<UserChangeDispatcher<User>>();
        using var lambdaEvent = new MemoryStream(Encoding.UTF8.GetBytes(
            """
            {"Records":[{"eventName":"INSERT","dynamodb":{"SequenceNumber":"7","StreamViewType":"NEW_AND_OLD_IMAGES",
            "Keys":{"user_id":{"S":"fake-1"}},"NewImage":{"user_id":{"S":"fake-1"}}}}]}
            """));
        using var lambdaResponse = new MemoryStream();

        UserChangeBatchResult handled = await dispatcher.DispatchAsync(lambdaEvent);
        await handled.WriteResponseAsync(lambdaResponse);

        handled.Handled.Should().Be(1);
        ((Mailbox)provider.GetRequiredService<IMailbox>()).Sent.Should().Equal("welcome-fake-1-7");
    }

    [Fact]
    public async Task A_view_is_rebuilt_compared_and_repaired()
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
        using AmazonDynamoDBClient client = server.CreateClient();
        var services = new ServiceCollection();
        services.AddSingleton<IAmazonDynamoDB>(client);

        services.AddUserStore(options => options.TableNamePrefix = "myservice-")
            .AddReplication<User, UserByStatus, ByStatus>();
        services.AddUserStore().ConfigureChangeDispatch(options => options.Timeout = TimeSpan.FromSeconds(110)); // for a function with 120 seconds

        using ServiceProvider provider = services.BuildServiceProvider();
        IUserStore users = provider.GetRequiredService<IUserStore>();
        await users.EnsureTablesAsync();
        await users.CreateAsync(new User { UserId = "fake-1", Name = "Ada Example" });

        var replicator = provider.GetRequiredService<UserReplicator<User, UserByStatus>>();
        await replicator.EnsureTablesAsync();

        string? checkpoint = null;
        var options = new UserReplicationWalkOptions { TotalSegments = 8, ResumeFrom = checkpoint };
        await foreach (UserReplicationPage page in replicator.RebuildAsync(options))
        {
            checkpoint = page.ContinuationToken;
            foreach (UserReplicationDrift drift in page.Drifts.Where(drift => drift.Failure is not null))
                Console.WriteLine($"{drift.Key}: {drift.Kind}, {drift.Failure!.Message}");
        }

        await foreach (UserReplicationPage page in replicator.CompareAsync())
            Console.WriteLine($"{page.Read} read, {page.Drifts.Count} inconsistencies");

        string userId = "fake-1";
        UserReplicationDrift? repaired = await replicator.RebuildUserAsync(userId);

        checkpoint.Should().NotBeNull();
        repaired.Should().BeNull();
        (await client.ScanAsync("myservice-UsersByStatus", ["name_user_id"])).Items.Should().ContainSingle();
        foreach (string table in (await client.ListTablesAsync()).TableNames.Where(table => table.StartsWith("myservice-", StringComparison.Ordinal)))
            await client.DeleteTableAsync(table);
    }

    [Fact]
    public async Task A_handler_is_tested_in_memory()
    {
        var store = new InMemoryUserStore();
        var mailbox = new Mailbox();
        var handler = new Welcome(mailbox);

        await store.CreateAsync(new User { UserId = "fake-1", Name = "Ada Example" });
        foreach (UserChange<User> change in store.TakeChanges())
            await handler.HandleAsync(change);

        mailbox.Sent.Should().ContainSingle();
    }
}
