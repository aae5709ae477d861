using System.Net;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Failures as the SDK reports them when the connection or the response is invalid.</summary>
public sealed class WireFailureTests
{
    [Theory]
    [InlineData("")]
    [InlineData("<html>proxy error</html>")]
    [InlineData("{\"Item\": 7}")]
    public async Task A_malformed_response_counts_as_no_response(string body)
    {
        using AmazonDynamoDBClient client = Client(
            new Canned(() => new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = new StringContent(body) }));

        await UnavailableAsync(client, isTransient: true, isUnknown: true);
    }

    [Fact]
    public async Task A_success_status_with_an_invalid_body_counts_as_no_response()
    {
        using AmazonDynamoDBClient client = Client(
            new Canned(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("not json") }));

        await UnavailableAsync(client, isTransient: true, isUnknown: true);
    }

    [Fact]
    public async Task A_broken_connection_counts_as_no_response()
    {
        using AmazonDynamoDBClient client = Client(new Canned(() => throw new HttpRequestException("reset")));

        await UnavailableAsync(client, isTransient: true, isUnknown: true);
    }

    [Fact]
    public async Task A_closed_port_is_reported_as_unavailable()
    {
        using var client = new AmazonDynamoDBClient(
            new BasicAWSCredentials("local", "local"), new AmazonDynamoDBConfig { ServiceURL = "http://127.0.0.1:1", MaxErrorRetry = 0 });

        await UnavailableAsync(client, isTransient: true);
    }

    [Fact]
    public async Task Missing_permissions_are_not_transient()
    {
        using AmazonDynamoDBClient client = Client(new Canned(() =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.BadRequest)
            {
                Content = new StringContent("""{"__type":"com.amazon.coral.service#AccessDeniedException","message":"not authorized"}"""),
            };
            return response;
        }));

        await UnavailableAsync(client, isTransient: false);
    }

    private static async Task UnavailableAsync(AmazonDynamoDBClient client, bool isTransient, bool isUnknown = false)
    {
        var store = new DynamoDbUserStore<User>(client, new UserStoreOptions());
        Func<Task>[] writes =
        [
            () => store.CreateAsync(FakeUsers.Create(1)),
            () => store.UpdateAsync(FakeUsers.Create(1) with { Version = 1, Revision = new("w", null, 1, null, new HeldValues("fake.user.1@example.test")) }),
            () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Age, 1)),
            () => store.DeleteUnchangedAsync(FakeUsers.Create(1) with { Version = 1, Revision = new("w", null, 1, null, HeldValues.Of([null])) }),
        ];
        Func<Task>[] others =
        [
            () => store.FindAsync("fake-1"),
            () => store.DeleteAsync("fake-1"),
            () => store.FindByEmailAsync("fake@example.test"),
            () => store.ListPageAsync(),
            () => store.EnsureTablesAsync(),
        ];

        foreach (Func<Task> call in isUnknown ? others : [.. writes, .. others])
        {
            UserStoreUnavailableException thrown = (await call.Should().ThrowAsync<UserStoreUnavailableException>()).Which;
            thrown.IsTransient.Should().Be(isTransient);
            thrown.Message.Should().NotContain("example.test");
        }

        foreach (Func<Task> write in isUnknown ? writes : [])
            (await write.Should().ThrowAsync<UserWriteOutcomeUnknownException>()).Which.Message.Should().Contain("fake-1").And.NotContain("example.test");
    }

    private static AmazonDynamoDBClient Client(HttpMessageHandler handler) => new(
        new BasicAWSCredentials("local", "local"),
        new AmazonDynamoDBConfig { ServiceURL = "http://127.0.0.1:1", MaxErrorRetry = 0, HttpClientFactory = new Factory(handler) });

    private sealed class Factory(HttpMessageHandler handler) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(handler, disposeHandler: false);
    }

    private sealed class Canned(Func<HttpResponseMessage> respond) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = respond();
            response.RequestMessage = request;
            return Task.FromResult(response);
        }
    }
}
