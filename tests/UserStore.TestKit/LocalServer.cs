using System.Collections.Concurrent;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.Testing;

namespace UserStore.TestKit;

/// <summary>The server that all tests of a process share. It starts with the first test that requires it and stops when the process
/// ends.</summary>
public sealed class LocalServer
{
    private static readonly Lazy<LocalServer> Instance = new(() => Task.Run(StartAsync).GetAwaiter().GetResult());

    private readonly LocalDynamoDb _server;
    private readonly ConcurrentDictionary<string, bool> _tables = [];

    private LocalServer(LocalDynamoDb server)
    {
        _server = server;
        Client = CreateClient();
    }

    public static LocalServer Shared => Instance.Value;

    public Uri Endpoint => _server.Endpoint;

    /// <summary>Gets a client on a wire without faults.</summary>
    public AmazonDynamoDBClient Client { get; }

    /// <summary>Creates a client of this server. The server records the tables that the client creates.</summary>
    public AmazonDynamoDBClient CreateClient(Action<AmazonDynamoDBConfig>? configure = null)
    {
        AmazonDynamoDBClient client = _server.CreateClient(configure);
        client.BeforeRequestEvent += (_, sent) =>
        {
            if (sent is WebServiceRequestEventArgs { Request: CreateTableRequest create })
                _tables[create.TableName] = true;
        };
        return client;
    }

    /// <summary>Deletes the existing tables that were created with a prefix.</summary>
    public async Task DeleteTablesAsync(string prefix)
    {
        foreach (string table in _tables.Keys.Where(table => table.StartsWith(prefix, StringComparison.Ordinal)))
        {
            try
            {
                if ((await Client.DescribeTableAsync(table)).Table.DeletionProtectionEnabled == true)
                    await Client.UpdateTableAsync(new UpdateTableRequest { TableName = table, DeletionProtectionEnabled = false });
                await Client.DeleteTableAsync(table);
            }
            catch (ResourceNotFoundException)
            {
                // The test already deleted the table.
            }

            _tables.TryRemove(table, out _);
        }
    }

    private static async Task<LocalServer> StartAsync() => new(await LocalDynamoDb.StartAsync());
}
