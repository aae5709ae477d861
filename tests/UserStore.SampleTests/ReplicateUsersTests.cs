using System.Text;
using Amazon.DynamoDBv2;
using Functions;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.SampleTests;

/// <summary>Tests the function on a local server with events in the format of Lambda.</summary>
public sealed class ReplicateUsersTests : IAsyncLifetime
{
    private readonly string _prefix = $"sample-{Guid.NewGuid():N}-";
    private LocalDynamoDb _server = null!;
    private ServiceProvider _services = null!;
    private IAmazonDynamoDB _client = null!;

    [Fact]
    public async Task Users_are_found_by_state_and_by_state_and_city()
    {
        string response = await InvokeAsync(
            await InsertAsync(1, "a", "New York", "Brooklyn"),
            await InsertAsync(2, "b", "New York", "Brooklyn"),
            await InsertAsync(3, "c", "New York", "Brook"),
            await InsertAsync(4, "d", "New York", "Brook#lyn"),
            await InsertAsync(5, "e", "Ohio", "Brooklyn"));

        response.Should().Be("""{"batchItemFailures":[]}""");
        var places = new UsersByPlace(_client, _prefix);
        (await IdsAsync(places.FindAsync("New York"))).Should().BeEquivalentTo("a", "b", "c", "d");
        (await IdsAsync(places.FindAsync("New York", "Brooklyn"))).Should().Equal("a", "b");
        (await IdsAsync(places.FindAsync("New York", "Brook"))).Should().Equal("c");
        (await IdsAsync(places.FindAsync("Ohio", "Cleveland"))).Should().BeEmpty();
        UserByPlace user = await places.FindAsync("Ohio").SingleAsync();
        user.Should().Be(new UserByPlace { State = "Ohio", CityAndUserId = "Brooklyn#e", City = "Brooklyn", UserId = "e", Active = true });
    }

    [Fact]
    public async Task A_record_that_cannot_be_handled_is_reported_and_the_others_are_handled()
    {
        string response = await InvokeAsync(
            await InsertAsync(1, "a", "Ohio", "Dayton"),
            await InsertAsync(2, "b", new string('s', 3000), "Dayton"), // exceeds the maximum length of a key
            (await InsertAsync(3, "c", "Ohio", "Dayton")).Replace("-Users/", "-Others/", StringComparison.Ordinal),
            (await InsertAsync(4, "d", "Ohio", "Dayton")).Replace("NEW_AND_OLD_IMAGES", "KEYS_ONLY", StringComparison.Ordinal)
                .Replace("NewImage", "NoImage", StringComparison.Ordinal),
            await InsertAsync(5, "e", "Ohio", "Dayton"));

        response.Should().Be("""{"batchItemFailures":[{"itemIdentifier":"2"},{"itemIdentifier":"3"},{"itemIdentifier":"4"}]}""");
        (await IdsAsync(new UsersByPlace(_client, _prefix).FindAsync("Ohio"))).Should().Equal("a", "e");
    }

    public async Task InitializeAsync()
    {
        _server = await LocalDynamoDb.StartAsync();
        _client = _server.CreateClient();
        _services = Services.Build(options => (options.ServiceUrl, options.TableNamePrefix) = (_server.Endpoint.ToString(), _prefix));
        await _services.GetRequiredService<IUserStore<PlacedUser>>().EnsureTablesAsync();
        await _services.GetRequiredService<UserReplicator<PlacedUser, UserByPlace>>().EnsureTablesAsync();
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _services.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task<string> InvokeAsync(params string[] records)
    {
        var function = new ReplicateUsers(_services.GetRequiredService<UserChangeDispatcher<PlacedUser>>());
        using var input = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"Records":[{{string.Join(',', records)}}]}"""));
        using var response = new StreamReader(await function.HandleAsync(input));
        return await response.ReadToEndAsync();
    }

    private static async Task<string[]> IdsAsync(IAsyncEnumerable<UserByPlace> users) => await users.Select(user => user.UserId).ToArrayAsync();

    /// <summary>Stores a user, and returns the record of the stream.</summary>
    private async Task<string> InsertAsync(int number, string userId, string state, string city)
    {
        await _client.PutItemAsync(_prefix + "Users", new()
        {
            ["user_id"] = new(userId),
            ["state"] = new(state),
            ["city"] = new(city),
            ["zipcode"] = new("45201"),
            ["active"] = new() { BOOL = true },
        });
        return $$$"""
            {"eventID":"{{{number}}}","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-east-1",
            "eventSourceARN":"arn:aws:dynamodb:us-east-1:123456789012:table/{{{_prefix}}}Users/stream/2026-01-01T00:00:00.000",
            "dynamodb":{"ApproximateCreationDateTime":1767225600,"SequenceNumber":"{{{number}}}","SizeBytes":1,
            "StreamViewType":"NEW_AND_OLD_IMAGES","Keys":{"user_id":{"S":"{{{userId}}}"}},"NewImage":{"user_id":{"S":"{{{userId}}}"},
            "state":{"S":"{{{state}}}"},"city":{"S":"{{{city}}}"},"zipcode":{"S":"45201"},"active":{"BOOL":true} } } }
            """;
    }
}
