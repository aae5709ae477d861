using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Moq;
using UserStore.Testing;

namespace UserStore.SampleTests.UserService;

public sealed class FailureTests : UserServiceTest
{
    private static readonly TimeSpan WhenUnavailable = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(null)]
    [InlineData("2026-01-31T00:00:00Z")]
    [InlineData("2026-01-31T00:00:00.0000000Z")]
    public async Task A_user_of_another_program_is_changed_with_its_entity_tag_whatever_form_its_time_of_creation_has(string? created)
    {
        await using RunningService service = await RunningService.StartAsync(onServer: true);
        using AmazonDynamoDBClient otherProgram = service.CreateClient();
        Dictionary<string, AttributeValue> item = new() { ["user_id"] = new("a-1"), ["name"] = new("Fake User"), ["version"] = new() { N = "7" } };
        if (created is not null)
            item["created_at"] = new(created);
        await otherProgram.PutItemAsync("service-Users", item);
        string tag = TagOf((await service.SendAsync(HttpMethod.Get, "/users/a-1")).Response);

        var changed = await service.SendAsync(HttpMethod.Patch, "/users/a-1", """{"age":44}""", ifMatch: tag);
        var late = await service.SendAsync(HttpMethod.Patch, "/users/a-1", """{"age":45}""", ifMatch: tag);

        (changed.Json.GetProperty("age").GetInt32(), changed.Json.GetProperty("version").GetInt32()).Should().Be((44, 8));
        ShouldBe(late, 412, "version-mismatch", "If-Match");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_user_that_is_created_again_during_a_change_is_not_changed(int atUpdate)
    {
        using var wire = new FaultyWire();
        await using RunningService service = await RunningService.StartAsync(
            onServer: true, services => services.AddSingleton<IAmazonDynamoDB>(provider => ClientOver(wire, provider)));
        using AmazonDynamoDBClient otherProgram = service.CreateClient();
        await PutAsync("2026-01-30T00:00:00Z");
        string tag = TagOf((await service.SendAsync(HttpMethod.Get, "/users/a-1")).Response);
        int updates = 0;
        wire.BeforeRequest = request => request.Operation == "UpdateItem" && ++updates == atUpdate
            ? PutAsync("2026-01-31T00:00:00Z")
            : Task.CompletedTask;

        var changed = await service.SendAsync(HttpMethod.Patch, "/users/a-1", """{"age":44}""", ifMatch: tag);

        if (updates >= atUpdate)
            ShouldBe(changed, 412, "version-mismatch", "If-Match");
        var now = (await service.SendAsync(HttpMethod.Get, "/users/a-1")).Json;
        now.GetProperty("age").GetInt32().Should().Be(updates >= atUpdate ? 1 : 44);

        Task PutAsync(string created) => otherProgram.PutItemAsync("service-Users", new Dictionary<string, AttributeValue>
        {
            ["user_id"] = new("a-1"),
            ["name"] = new("Fake User"),
            ["age"] = new() { N = "1" },
            ["version"] = new() { N = "7" },
            ["created_at"] = new(created),
        });
    }

    [Fact]
    public async Task Throttling_and_outages_are_reported_with_a_retry_delay()
    {
        await using RunningService service = await RunningService.StartAsync();

        service.Memory.Faults.ThrottleNextRead();
        var throttled = await service.SendAsync(HttpMethod.Get, "/users/fake-1");
        service.Memory.Faults.FailNextRead();
        var unavailable = await service.SendAsync(HttpMethod.Get, "/users/fake-1");

        ShouldBe(throttled, 429, "throttled");
        RetryAfter(throttled).Should().Be(TimeSpan.FromSeconds(1));
        ShouldBe(unavailable, 503, "unavailable");
        RetryAfter(unavailable).Should().Be(WhenUnavailable);
    }

    [Fact]
    public async Task An_unknown_outcome_is_reported_without_a_retry_delay()
    {
        await using RunningService service = await RunningService.StartAsync();

        service.Memory.Faults.LoseNextResponse();
        var unknown = await service.SendAsync(HttpMethod.Patch, "/users/fake-1", """{"age":5}""");

        ShouldBe(unknown, 503, "outcome-unknown");
        RetryAfter(unknown).Should().BeNull("the user must be read first");
    }

    [Fact]
    public async Task A_failure_that_a_retry_cannot_fix_has_no_retry_delay()
    {
        await ShouldBecomeAsync(new UserStoreUnavailableException("GetItem was denied.", isTransient: false), 503, "unavailable", retryAfter: null);
        await ShouldBecomeAsync(new UserStoreSchemaException("Users", null, "does not exist."), 503, "unavailable", retryAfter: null);
        await ShouldBecomeAsync(new UserStoreUnavailableException("No response was received."), 503, "unavailable", WhenUnavailable);
    }

    [Fact]
    public Task A_condition_that_fails_is_a_conflict()
        => ShouldBecomeAsync(new UserConditionFailedException("fake-1", actualVersion: 1), 409, "condition-failed", retryAfter: null);

    [Fact]
    public async Task A_write_that_was_applied_but_cannot_be_read_is_reported_as_applied()
    {
        await using RunningService service = await RunningService.StartAsync(onServer: true);
        using AmazonDynamoDBClient otherProgram = service.CreateClient();
        await otherProgram.PutItemAsync("service-Users", new Dictionary<string, AttributeValue>
        {
            ["user_id"] = new("a-1"),
            ["name"] = new("Fake User"),
            ["age"] = new("secret"),
        });

        var read = await service.SendAsync(HttpMethod.Get, "/users/a-1");
        var patched = await service.SendAsync(HttpMethod.Patch, "/users/a-1", """{"name":"Fake Changed"}""");
        string? name = (await GetItemAsync()).Item["name"].S;
        var deleted = await service.SendAsync(HttpMethod.Delete, "/users/a-1");

        ShouldBe(read, 503, "unavailable");
        RetryAfter(read).Should().BeNull("only a correction of the item helps");
        ShouldBe(patched, 500, "write-applied");
        RetryAfter(patched).Should().BeNull("the patch must not be repeated");
        name.Should().Be("Fake Changed");
        ShouldBe(deleted, 500, "write-applied");
        (await GetItemAsync()).IsItemSet.Should().BeFalse();
        foreach (JsonElement problem in new[] { read.Json, patched.Json, deleted.Json })
            problem.ToString().Should().NotContain("secret").And.NotContain("Fake");

        Task<GetItemResponse> GetItemAsync() => otherProgram.GetItemAsync(new GetItemRequest
        {
            TableName = "service-Users",
            Key = new Dictionary<string, AttributeValue> { ["user_id"] = new("a-1") },
            ConsistentRead = true,
        });
    }

    private static async Task ShouldBecomeAsync(UserStoreException failure, int status, string type, TimeSpan? retryAfter)
    {
        var users = new Mock<IUserStore>();
        users.Setup(store => store.UpdateAsync("fake-1", It.IsAny<UserPatch<User>>(), It.IsAny<CancellationToken>())).ThrowsAsync(failure);
        await using RunningService service = await RunningService.StartAsync(configure: services => services.AddSingleton(users.Object));

        var response = await service.SendAsync(HttpMethod.Patch, "/users/fake-1", """{"age":5}""");

        ShouldBe(response, status, type);
        RetryAfter(response).Should().Be(retryAfter);
    }

    private static TimeSpan? RetryAfter((HttpResponseMessage Response, JsonElement Json) result) => result.Response.Headers.RetryAfter?.Delta;

    private static AmazonDynamoDBClient ClientOver(FaultyWire wire, IServiceProvider provider)
    {
        UserStoreOptions options = provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(typeof(User).FullName);
        return new AmazonDynamoDBClient(
            new BasicAWSCredentials("fake", "fake"), new AmazonDynamoDBConfig { ServiceURL = options.ServiceUrl, HttpClientFactory = wire });
    }
}
