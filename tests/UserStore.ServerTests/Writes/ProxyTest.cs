using Amazon.DynamoDBv2;
using Amazon.Runtime;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests.Writes;

/// <summary>Whose client a store uses, which decides who retries.</summary>
public enum ClientKind
{
    /// <summary>The kind that UserStore creates: it sends once, and the library retries.</summary>
    UserStore,

    /// <summary>A client as a service creates it: the SDK retries, unseen by the library.</summary>
    Service,
}

/// <summary>The base of tests of writes over connections that are really reset, closed and interrupted: those of the wire.</summary>
public abstract class ProxyTest : ServerTest
{
    private readonly FaultyProxy _proxy;
    private readonly List<AmazonDynamoDBClient> _clients = [];

    protected ProxyTest() => _proxy = FaultyProxy.Start(Wire, Server.Endpoint);

    public static TheoryData<ClientKind> Kinds => [ClientKind.UserStore, ClientKind.Service];

    public override async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _proxy.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>Creates a client on the wire.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="timeout">How long a client of the service waits for a response.</param>
    protected AmazonDynamoDBClient Connect(ClientKind kind, TimeSpan? timeout = null)
    {
        string endpoint = _proxy.Endpoint.ToString();
        var config = new AmazonDynamoDBConfig { ServiceURL = endpoint, AuthenticationRegion = "us-east-1" };
        if (timeout is not null)
            config.Timeout = timeout;
        AmazonDynamoDBClient client = kind == ClientKind.UserStore
            ? Server.CreateClient(own => own.ServiceURL = endpoint)
            : new AmazonDynamoDBClient(new BasicAWSCredentials("local", "local"), config);
        _clients.Add(client);
        return client;
    }

    /// <summary>Creates the tables, and a store on the wire with the system clock.</summary>
    protected async Task<DynamoDbUserStore<User>> CreateStoreAsync(ClientKind kind, TimeSpan? timeout = null)
    {
        await CreateStoreAsync();
        return new DynamoDbUserStore<User>(Connect(kind, timeout), Options);
    }

    /// <summary>Creates a store of another process, whose clock deviates, on a wire without faults.</summary>
    protected DynamoDbUserStore<User> OtherProcess(TimeSpan skew = default) => new(Server.Client, Options, new ProcessClock(skew));

    /// <summary>Runs an action once, after the next fault was injected and before the client receives the result.</summary>
    protected void AfterNextFault(Func<Task> action) => Wire.AfterFault = async _ =>
    {
        Wire.AfterFault = null;
        await action();
    };

    /// <summary>The clock of another process: its write ids are independent of those of the system clock.</summary>
    private sealed class ProcessClock(TimeSpan skew) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + skew;
    }
}
