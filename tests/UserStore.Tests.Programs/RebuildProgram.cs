using Amazon.DynamoDBv2.DataModel;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.Tests.Programs;

/// <summary>A rebuild of a replication that a test kills or suspends. It prints a line for each page.</summary>
public static class RebuildProgram
{
    // A test that has read a line interrupts the rebuild before it ends.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static async Task<int> RunAsync(string prefix)
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync(); // connects to the server of the test, which the environment configures
        using var client = server.CreateClient();
        await foreach (UserReplicationPage page in CreateReplicator(client, prefix).RebuildAsync(new() { TotalSegments = 1, MaxConcurrency = 2 }))
        {
            Console.WriteLine(page.Drifts.All(drift => drift.Failure is null) ? "page" : "failure");
            await Task.Delay(Pause);
        }

        Console.WriteLine("done");
        return 0;
    }

    public static UserReplicator<User, UserByEmail> CreateReplicator(Amazon.DynamoDBv2.IAmazonDynamoDB client, string prefix)
        => new(client, new UserStoreOptions { TableNamePrefix = prefix }, new ByEmail());
}

/// <summary>A user, keyed by the email.</summary>
[DynamoDBTable("UsersByEmail")]
public sealed record UserByEmail
{
    [DynamoDBHashKey("email")]
    public string Email { get; init; } = "";

    [DynamoDBProperty("name")]
    public string? Name { get; init; }
}

/// <summary>Projects users with an email.</summary>
public sealed class ByEmail : IUserProjection<User, UserByEmail>
{
    public UserByEmail? Project(User user) => user.Email is null ? null : new UserByEmail { Email = user.Email, Name = user.Name };
}
