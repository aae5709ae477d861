using Amazon.DynamoDBv2;
using UserStore.Testing;

namespace UserStore.ContractTests.Stores;

/// <summary>The server of this test run, started once.</summary>
public sealed class LocalServer : IAsyncLifetime
{
    private LocalDynamoDb? _server;

    public LocalDynamoDb Server => _server ?? throw new InvalidOperationException("The server is not started.");

    public AmazonDynamoDBClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _server = await LocalDynamoDb.StartAsync();
        Client = _server.CreateClient();
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class ServerTests : ICollectionFixture<LocalServer>
{
    public const string Name = "local DynamoDB";
}
