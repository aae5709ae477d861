using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Moq;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>The attempts of a client that retries by itself.</summary>
public sealed class AttemptObserverTests
{
    private const string Throttle = """{"__type":"ThrottlingException","message":"slow down"}""";

    private static readonly PutItemRequest Put = new() { TableName = "Users", Item = new() { ["user_id"] = new("fake-1") } };

    [Fact]
    public async Task A_response_that_was_lost_before_a_retry_succeeded_is_seen()
    {
        var responses = new Queue<Func<HttpResponseMessage>>(
            [() => throw new HttpRequestException("as the test asked"), () => CannedWire.Json("{}")]);
        using AmazonDynamoDBClient client = new CannedWire(_ => responses.Dequeue()()).CreateClient(retries: 1);
        AttemptObserver.TryAttach(client).Should().BeTrue();
        AttemptObservation observation = AttemptObserver.Start();

        await client.PutItemAsync(Put);

        (observation.ResponseWasLost, responses.Count).Should().Be((true, 0));
    }

    [Fact]
    public async Task A_throttled_attempt_is_not_a_lost_response()
    {
        var responses = new Queue<HttpResponseMessage>([CannedWire.Json(Throttle, HttpStatusCode.BadRequest), CannedWire.Json("{}")]);
        using AmazonDynamoDBClient client = new CannedWire(_ => responses.Dequeue()).CreateClient(retries: 1);
        AttemptObserver.TryAttach(client);
        AttemptObservation observation = AttemptObserver.Start();

        await client.PutItemAsync(Put);

        (observation.ResponseWasLost, responses.Count).Should().Be((false, 0));
    }

    [Fact]
    public async Task A_client_is_observed_once_and_its_other_requests_are_unchanged()
    {
        var wire = new CannedWire(_ => CannedWire.Json("{}"));
        using AmazonDynamoDBClient client = wire.CreateClient(retries: 1);

        (AttemptObserver.TryAttach(client), AttemptObserver.TryAttach(client)).Should().Be((true, true));
        await client.PutItemAsync(Put);

        wire.Requests.Should().Be(1);
    }

    [Fact]
    public async Task An_observed_client_sends_no_write_within_a_read_only_scope()
    {
        var wire = new CannedWire(_ => CannedWire.Json("{}"));
        using AmazonDynamoDBClient client = wire.CreateClient(retries: 1);
        AttemptObserver.TryAttach(client);
        using ReadOnlyScope scope = ReadOnlyScope.Enter();

        await client.Invoking(each => each.PutItemAsync(Put)).Should().ThrowAsync<InvalidOperationException>();
        await client.GetItemAsync("Users", new() { ["user_id"] = new("fake-1") });

        (wire.Requests, scope.Rejected).Should().Be((1, "PutItem"));
    }

    [Fact]
    public async Task A_client_of_the_store_sends_no_write_within_a_read_only_scope()
    {
        var wire = new CannedWire(_ => CannedWire.Json("{}"));
        using UserStoreClient client = wire.CreateClient();
        using ReadOnlyScope scope = ReadOnlyScope.Enter();

        await client.Invoking(each => each.PutItemAsync(Put)).Should().ThrowAsync<InvalidOperationException>();
        await client.GetItemAsync("Users", new() { ["user_id"] = new("fake-1") });

        (wire.Requests, scope.Rejected).Should().Be((1, "PutItem"));
    }

    [Fact]
    public void A_client_that_is_not_that_of_the_SDK_or_has_no_retries_cannot_be_observed()
    {
        using var client = new ClientWithoutRetries();

        AttemptObserver.TryAttach(new Mock<IAmazonDynamoDB>().Object).Should().BeFalse();
        AttemptObserver.TryAttach(client).Should().BeFalse();
    }

    private sealed class ClientWithoutRetries()
        : AmazonDynamoDBClient(new AnonymousAWSCredentials(), new AmazonDynamoDBConfig { ServiceURL = "http://127.0.0.1:1" })
    {
        protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline) => pipeline.RemoveHandler<RetryHandler>();
    }
}
