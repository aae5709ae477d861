using System.Collections.Concurrent;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>The base of tests that require a server: a client that records its requests, and separate tables for each test.</summary>
public abstract class ServerTest : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, bool> _operations = [];

    protected ServerTest()
    {
        Client = Server.CreateClient(config => config.HttpClientFactory = Wire);
        Client.BeforeRequestEvent += (_, sent) => _operations[((WebServiceRequestEventArgs)sent).Request.GetType().Name.Replace("Request", "")] = true;
        Stores = new DynamoDbStores { Client = Client };
        Options = Stores.NewOptions();
    }

    protected static LocalServer Server => LocalServer.Shared;

    /// <summary>Gets the wire of the client, without faults by default.</summary>
    protected FaultyWire Wire { get; } = new();

    protected AmazonDynamoDBClient Client { get; }

    protected DynamoDbStores Stores { get; }

    protected UserStoreOptions Options { get; }

    protected FakeClock Clock => Stores.Clock;

    protected string Table => Options.TableNamePrefix + "Users";

    protected Task<DynamoDbUserStore<User>> CreateStoreAsync() => Stores.CreateAsync<User>(Options);

    protected string ReservationsTable => Options.TableNamePrefix + "UserReservations";

    /// <summary>Creates a store of another process with the same tables and a wire without faults.</summary>
    protected DynamoDbUserStore<User> Other() => new(Server.Client, Options, Stores.Time);

    /// <summary>Runs an action once, directly before the next request of an operation is sent.</summary>
    protected void BeforeNext(string operation, Func<Task> action) => Wire.BeforeRequest = async request =>
    {
        if (request.Operation != operation)
            return;
        Wire.BeforeRequest = null;
        await action();
    };

    /// <summary>Returns each call twice: with <see langword="true"/> and with <see langword="false"/>, such as for cuts of the wire after a request is
    /// applied and before it.</summary>
    protected static TheoryData<string, bool> EachTwice(IEnumerable<string> calls)
    {
        var twice = new TheoryData<string, bool>();
        foreach (string call in calls)
        {
            twice.Add(call, true);
            twice.Add(call, false);
        }

        return twice;
    }

    /// <summary>Runs an action repeatedly, and interrupts it at its first request, then at its second, and so on until it completes.</summary>
    /// <param name="maxRequests">The maximum number of requests of the action.</param>
    /// <param name="runAsync">Runs the action up to a request; returns false if it completed earlier.</param>
    /// <returns>The number of interrupted runs.</returns>
    protected static async Task<int> CutAtEveryRequestAsync(int maxRequests, Func<int, Task<bool>> runAsync)
    {
        for (int request = 1; request <= maxRequests; request++)
        {
            if (!await runAsync(request))
                return request - 1;
        }

        throw new InvalidOperationException($"More than {maxRequests} requests were sent.");
    }

    /// <summary>Cuts the wire at a request, before it is applied or after it.</summary>
    protected void CutAt(int request, bool isRequestApplied, Func<Task> afterwards)
    {
        Wire.Every(request, isRequestApplied ? WireFault.LostResponse : WireFault.Reset);
        Wire.AfterFault = _ => afterwards();
    }

    /// <summary>Returns the operations of the requests since the last call.</summary>
    protected IReadOnlyList<string> Sent()
    {
        IReadOnlyList<string> sent = Wire.Operations;
        Wire.Clear();
        return sent;
    }

    /// <summary>Creates a table of another program.</summary>
    protected Task CreateExternalTableAsync(string name, string key = "user_id", params GlobalSecondaryIndex[] indexes)
        => Client.CreateTableAsync(new CreateTableRequest
        {
            TableName = name,
            KeySchema = [new(key, KeyType.HASH)],
            AttributeDefinitions = [.. indexes.SelectMany(index => index.KeySchema).Select(
                element => element.AttributeName).Append(key).Distinct()
                .Select(attribute => new AttributeDefinition(attribute, ScalarAttributeType.S))],
            BillingMode = BillingMode.PAY_PER_REQUEST,
            GlobalSecondaryIndexes = indexes.Length == 0 ? null : [.. indexes],
        });

    /// <summary>Returns all items of a table.</summary>
    protected static async Task<List<Dictionary<string, AttributeValue>>> ScanAsync(string table)
        => (await Server.Client.Paginators.Scan(new ScanRequest(table) { ConsistentRead = true }).Responses.ReadAllAsync())
            .SelectMany(page => page.Items).ToList();

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        await Stores.DisposeAsync();
        Client.Dispose();
        Wire.Dispose();
        _operations.Keys.Except(["ListTables"]).Should().BeSubsetOf( // which the tests request themselves
            PolicedWire.OperationsOfAllRoles, "a policy knows all that is sent");
    }
}
