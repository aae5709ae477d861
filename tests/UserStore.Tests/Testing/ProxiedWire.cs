using System.Net.Sockets;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.Testing;
using UserStore.TestKit;

namespace UserStore.Tests.Testing;

/// <summary>A client of the SDK without any retries, over a proxy or, for comparison, with the wire as its factory.</summary>
internal sealed class ProxiedWire : IAsyncDisposable
{
    private readonly CountingFactory _connections = new();

    public ProxiedWire(bool overProxy = true, Action<AmazonDynamoDBConfig>? configure = null)
    {
        Proxy = FaultyProxy.Start(Faults, LocalServer.Shared.Endpoint);
        AmazonDynamoDBConfig config = Configure(overProxy ? Proxy.Endpoint : LocalServer.Shared.Endpoint);
        config.HttpClientFactory = overProxy ? _connections : Faults;
        configure?.Invoke(config);
        Client = new AmazonDynamoDBClient(new BasicAWSCredentials("local", "local"), config);
    }

    public FaultyWire Faults { get; } = new();

    public FaultyProxy Proxy { get; }

    public AmazonDynamoDBClient Client { get; }

    /// <summary>Gets the number of connections to the proxy.</summary>
    public int Connections => _connections.Count;

    public static AmazonDynamoDBConfig Configure(Uri endpoint) => new()
    {
        ServiceURL = endpoint.ToString(),
        AuthenticationRegion = "us-east-1",
        MaxErrorRetry = 0,
        MaxStaleConnectionRetries = 0,
    };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Proxy.DisposeAsync();
        Faults.Dispose();
        _connections.Dispose();
    }

    private sealed class CountingFactory : HttpClientFactory, IDisposable
    {
        private readonly SocketsHttpHandler _network;
        private int _count;

        public CountingFactory() => _network = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                Interlocked.Increment(ref _count);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };

        public int Count => _count;

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(_network, disposeHandler: false);

        public void Dispose() => _network.Dispose();
    }
}

/// <summary>A table of counters, which show how often a request was applied.</summary>
internal sealed class CounterTable
{
    private const string Counter = "counter";

    public string Name { get; } = $"test-{Guid.NewGuid():N}-counters";

    public Task CreateAsync() => LocalServer.Shared.Client.CreateTableAsync(new CreateTableRequest
    {
        TableName = Name,
        KeySchema = [new("id", KeyType.HASH)],
        AttributeDefinitions = [new("id", ScalarAttributeType.S)],
        BillingMode = BillingMode.PAY_PER_REQUEST,
    });

    public Task DeleteAsync() => LocalServer.Shared.DeleteTablesAsync(Name);

    /// <summary>Adds 1 and returns the new value.</summary>
    public async Task<int> IncrementAsync(
        IAmazonDynamoDB client, string id = Counter, string? condition = null, CancellationToken cancellationToken = default)
    {
        UpdateItemResponse response = await client.UpdateItemAsync(
            new UpdateItemRequest
            {
                TableName = Name,
                Key = new() { ["id"] = new(id) },
                UpdateExpression = "ADD n :one",
                ConditionExpression = condition,
                ExpressionAttributeValues = new() { [":one"] = new() { N = "1" } },
                ReturnValues = ReturnValue.ALL_NEW,
            },
            cancellationToken);
        return int.Parse(response.Attributes["n"].N);
    }

    /// <summary>Reads a value over a connection without faults, or over that of a client.</summary>
    public async Task<int> ReadAsync(string id = Counter, IAmazonDynamoDB? client = null)
    {
        GetItemResponse response = await (client ?? LocalServer.Shared.Client).GetItemAsync(
            new GetItemRequest(Name, new() { ["id"] = new(id) }) { ConsistentRead = true });
        return response.IsItemSet ? int.Parse(response.Item["n"].N) : 0;
    }
}
