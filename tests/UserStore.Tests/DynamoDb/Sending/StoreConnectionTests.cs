using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using UserStore.DynamoDb.Sending;
using UserStore.Testing;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Who retries the requests of a store, and whose attempts the store sees.</summary>
public sealed class StoreConnectionTests
{
    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 0, false)]
    [InlineData(0, 1, false)]
    public void A_client_without_retries_leaves_them_to_the_store(int retries, int retriesOfConnections, bool ownsRetries)
    {
        using AmazonDynamoDBClient client = Client(retries, retriesOfConnections);

        StoreConnection connection = Connect(client);

        (connection.OwnsRetries, connection.SeesEveryAttempt).Should().Be((ownsRetries, true));
    }

    [Fact]
    public void A_client_that_the_store_cannot_observe_may_retry_unseen()
    {
        StoreConnection connection = Connect(new Mock<IAmazonDynamoDB>().Object);

        (connection.OwnsRetries, connection.SeesEveryAttempt).Should().Be((false, false));
    }

    [Fact]
    public void Without_dependency_injection_the_clock_is_that_of_the_caller_or_of_the_system()
    {
        using AmazonDynamoDBClient client = Client(0, 0);
        var clock = new FakeClock();
        var options = new UserStoreOptions();

        StoreConnection connection = StoreConnection.WithoutLogging(client, options, clock);

        (connection.Client, connection.Options, connection.Time, connection.Logger).Should().Be((client, options, clock, NullLogger.Instance));
        StoreConnection.WithoutLogging(client, options, time: null).Time.Should().BeSameAs(TimeProvider.System);
        FluentActions.Invoking(() => StoreConnection.WithoutLogging(null!, options, clock)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => StoreConnection.WithoutLogging(client, null!, clock)).Should().Throw<ArgumentNullException>();
    }

    private static AmazonDynamoDBClient Client(int retries, int retriesOfConnections) => new(
        new BasicAWSCredentials("local", "local"),
        new AmazonDynamoDBConfig
        {
            ServiceURL = "http://127.0.0.1:1",
            MaxErrorRetry = retries,
            MaxStaleConnectionRetries = retriesOfConnections,
        });

    private static StoreConnection Connect(IAmazonDynamoDB client)
        => new(client, new UserStoreOptions(), TimeProvider.System, NullLogger.Instance);
}
