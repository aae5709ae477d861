using System.Net;
using System.Net.Sockets;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Moq;
using UserStore.DependencyInjection;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>The facts that an error contains about the request that failed.</summary>
public sealed class RequestDetailsTests
{
    [Fact]
    public async Task Without_a_response_the_error_contains_the_endpoint_and_what_to_check()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int closedPort = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using AmazonDynamoDBClient client = DynamoDbClients.Create($"http://user:secret@127.0.0.1:{closedPort}/path", region: null);
        var store = new DynamoDbUserStore<User>(client, Options(TimeSpan.FromMilliseconds(200)));

        UserStoreUnavailableException thrown = (await store.Invoking(one => one.FindAsync("fake-1"))
            .Should().ThrowAsync<UserStoreUnavailableException>()).Which;

        thrown.Message.Should().MatchRegex(
            $@"^GetItem on table 'shop-Users': no usable response was received from http://127\.0\.0\.1:{closedPort}/\. Check that the server runs and that "
                + @"region, endpoint and network are right; attempts continued for 00:00:0\d\.\d\.$");
        (thrown.Operation, thrown.IsTransient).Should().Be(("GetItem", true));
        thrown.TableNames.Should().Equal("shop-Users");
    }

    [Fact]
    public async Task With_a_region_the_error_contains_its_endpoint()
    {
        using AmazonDynamoDBClient client = DynamoDbClients.Create(serviceUrl: null, region: "eu-central-1");
        var failing = new Mock<IAmazonDynamoDB>();
        failing.Setup(one => one.Config).Returns(client.Config);
        failing.Setup(one => one.GetItemAsync(It.IsAny<GetItemRequest>(), It.IsAny<CancellationToken>())).ThrowsAsync(new HttpRequestException("none"));
        var store = new DynamoDbUserStore<User>(failing.Object, Options(TimeSpan.Zero));

        Func<Task> find = () => store.FindByEmailAsync("fake@example.test", ReadConsistency.Strong);

        (await find.Should().ThrowAsync<UserStoreUnavailableException>()).WithMessage("*from https://dynamodb.eu-central-1.amazonaws.com/. Check*");
    }

    [Fact]
    public async Task Errors_contain_operation_and_tables()
    {
        var client = new Mock<IAmazonDynamoDB>();
        client.Setup(one => one.TransactWriteItemsAsync(It.IsAny<TransactWriteItemsRequest>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new RequestLimitExceededException("slow down"));
        client.Setup(one => one.GetItemAsync(It.IsAny<GetItemRequest>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new ResourceNotFoundException("which?"));
        client.Setup(one => one.DescribeTableAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new ResourceNotFoundException("none"));
        var store = new DynamoDbUserStore<User>(client.Object, Options(TimeSpan.Zero));

        UserStoreException throttled = (await store.Invoking(one => one.CreateAsync(FakeUsers.Create(1)))
            .Should().ThrowAsync<UserStoreThrottledException>()).Which;
        UserStoreException missing = (await store.Invoking(one => one.FindByEmailAsync("fake@example.test", ReadConsistency.Strong))
            .Should().ThrowAsync<UserStoreSchemaException>()).Which;

        throttled.Operation.Should().Be("TransactWriteItems");
        throttled.TableNames.Should().BeEquivalentTo("shop-Users", "shop-UserReservations");
        missing.Operation.Should().Be("GetItem");
        missing.TableNames.Should().ContainSingle();
        new UserNotFoundException("fake-1").TableNames.Should().BeEmpty();
        new UserStoreThrottledException("made by a test") { Operation = "Query", TableNames = ["Users"] }.Operation.Should().Be("Query");
    }

    [Fact]
    public void The_message_of_an_invalid_request_does_not_blame_a_user()
        => new InvalidUserException([new("IndexName", "must be an index")]).Message.Should().Be("The request is not valid: IndexName must be an index.");

    [Fact]
    public async Task A_query_that_its_index_does_not_support_is_reported_before_the_values_of_the_query()
    {
        var store = new DynamoDbUserStore<User>(new Mock<IAmazonDynamoDB>().Object, new UserStoreOptions());

        Func<Task> query = () => store.QueryPageAsync(
            new UserQuery<User>("email-index", "not an address") { SortKey = SortKeyCondition.StartsWith("2030") });

        (await query.Should().ThrowAsync<InvalidUserException>()).WithMessage(
            "The request is not valid: SortKey must be left out, because *email-index* has no sort key.");
    }

    private static UserStoreOptions Options(TimeSpan timeout) => new() { TableNamePrefix = "shop-", Retry = { Timeout = timeout } };
}
