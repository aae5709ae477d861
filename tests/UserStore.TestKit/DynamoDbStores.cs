using System.Collections.Concurrent;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Functions.Local;
using Microsoft.Extensions.Logging.Abstractions;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Running;
using UserStore.Modeling;
using UserStore.Privacy;
using UserStore.Replication;
using UserStore.Schema;
using UserStore.Testing;

namespace UserStore.TestKit;

/// <summary>Stores on the local server. Each test has separate tables, which are deleted at its end.</summary>
public class DynamoDbStores : StoreFactory
{
    private const string AccountId = "123456789012";
    private const string Region = "us-east-1";

    private readonly ConcurrentBag<string> _prefixes = [];
    private readonly Dictionary<object, UserStoreOptions> _options = [];
    private readonly Dictionary<object, IAmazonDynamoDB> _clients = [];
    private readonly ConcurrentBag<PolicedWire> _wires = [];

    /// <summary>Gets the clock of the test, on which pauses between attempts take no time.</summary>
    public TimeProvider Time => field ??= new ClockWithRealTimers(Clock);

    /// <summary>Gets the client of the stores; null if each store has a separate client that can send only what its policy allows.</summary>
    public AmazonDynamoDBClient? Client
    {
        get;
        init
        {
            field = value;
            if (value is not null)
                MigrationClock.WaitFor(value);
        }
    }

    /// <summary>Gets what maps the users; a run of all suites can swap it.</summary>
    public UserMapping Mapping { get; init; }

    protected static LocalServer Server => LocalServer.Shared;

    public override async Task<IUserStore<TUser>> CreateAsync<TUser>(
        Action<UserTypeBuilder<TUser>>? describe, bool uniqueEmails = true, params byte[][] tokenKeys)
    {
        UserStoreOptions options = NewOptions();
        if (describe is not null)
            options.Describe(describe);
        (options.UniqueEmails, options.StreamViewType) = (uniqueEmails, Stream);
        options.NormalizeEmail = NormalizeEmail ?? options.NormalizeEmail;
        options.Privacy.HashKey = HashKey;
        foreach (byte[] key in tokenKeys)
            options.TokenKeys.Add(key);
        if (UserModel.For<TUser>(options).Encrypted.Count > 0)
            AddEncryption(options);
        return await CreateAsync<TUser>(options);
    }

    public override IUserBatchWriter<TUser> WriterOf<TUser>(IUserStore<TUser> store)
        => new DynamoDbUserBatchWriter<TUser>(_clients[store], _options[store], Time);

    public override IUniqueValueAudit<TUser> AuditOf<TUser>(IUserStore<TUser> store)
        => new DynamoDbUniqueValueAudit<TUser>(_clients[store], _options[store], Time);

    public override IUserPrivacy<TUser> PrivacyOf<TUser>(IUserStore<TUser> store)
    {
        var scope = new UserStorePolicyOptions { AccountId = AccountId, Region = Region };
        IAmazonDynamoDB client = Client ?? Policed(
            UserStorePolicy.Create(UserStoreSchema.For<TUser>(_options[store]), UserStoreRole.Privacy, scope));
        return new DynamoDbUserPrivacy<TUser>(client, _options[store], Time);
    }

    public override async Task<IReadOnlyList<UserChange<TUser>>> ReadChangesAsync<TUser>(IUserStore<TUser> store)
    {
        var reader = new UserChangeReader<TUser>(_options[store], Server.Client);
        LocalStream stream = await OpenStreamAsync(UserStoreSchema.For<TUser>(_options[store]).Users.Name);
        List<UserChangeRecord<TUser>> records = [];
        foreach (JsonElement record in await stream.ReadNewAsync())
            records.Add(await reader.ReadRecordAsync(record));
        records.Should().OnlyContain(record => record.Problem == null);
        return [.. records.Select(record => record.Change).OfType<UserChange<TUser>>()];
    }

    /// <summary>Opens the stream of a store's table at its oldest record.</summary>
    internal static async Task<LocalStream> OpenStreamAsync(string tableName)
    {
        DescribeTableResponse table = await Server.Client.DescribeTableAsync(tableName);
        return new LocalStream(Server.Endpoint, table.Table.LatestStreamArn);
    }

    internal override MigrationTarget OpenMigrations(MigrationBench bench)
    {
        // Once for all runners of a test, which open their stores concurrently.
        lock (bench)
        {
            if (bench.StoreOptions.TableNamePrefix.Length == 0)
                bench.StoreOptions.TableNamePrefix = NewOptions().TableNamePrefix;
        }

        bench.StoreOptions.Retry.BaseDelay = TimeSpan.FromMilliseconds(1);
        var tables = new StoreSchema(UserModel.For<User>(bench.StoreOptions), bench.StoreOptions);
        var store = new MigrationStoreAccess<User>(tables, MigrationClock, NullLogger.Instance);
        UserStoreSchema schema = UserStoreSchema.For<User>(bench.StoreOptions);
        var parts = new UserStorePolicyOptions
        {
            AccountId = AccountId,
            Region = Region,
            Migrations = schema.MigrationTables(bench.Options),
            AllowTableDeletion = true,
        };
        IAmazonDynamoDB client = Client ?? Policed(UserStorePolicy.Create(schema, UserStoreRole.Migrations, parts));
        var connection = new StoreConnection(client, bench.StoreOptions, MigrationClock, NullLogger.Instance);
        return MigrationTarget.InDynamoDb(store, connection, bench.Options);
    }

    /// <summary>Adds what a type with encrypted properties requires.</summary>
    public static void AddEncryption(UserStoreOptions options)
    {
        options.Privacy.HashKey = [.. Enumerable.Repeat((byte)7, 32)];
        options.Privacy.DataKeyWrapper = new LocalDataKeyWrapper([.. Enumerable.Repeat((byte)8, 32)]);
    }

    /// <summary>Creates options with a unique prefix.</summary>
    public UserStoreOptions NewOptions()
    {
        string prefix = $"test-{Guid.NewGuid():N}-";
        _prefixes.Add(prefix);
        bool isSwapped = Environment.GetEnvironmentVariable("USERSTORE_SWAP_MAPPINGS") == "1";
        UserMapping mapping = isSwapped ? 1 - Mapping : Mapping;
        return new UserStoreOptions { Mapping = mapping, TableNamePrefix = prefix, Retry = { BaseDelay = TimeSpan.FromMilliseconds(1) } };
    }

    public async Task<DynamoDbUserStore<TUser>> CreateAsync<TUser>(UserStoreOptions options)
        where TUser : class
    {
        // The tables become active by the clock of the server instead of the clock of the test.
        await new DynamoDbUserStore<TUser>(Server.Client, options).EnsureTablesAsync();
        return Open<TUser>(options);
    }

    public DynamoDbUserStore<TUser> Open<TUser>(UserStoreOptions options)
        where TUser : class
    {
        var scope = new UserStorePolicyOptions { AccountId = AccountId, Region = Region };
        IAmazonDynamoDB client = Client ?? Policed(
            UserStorePolicy.Create(UserStoreSchema.For<TUser>(options), UserStoreRole.ReadWrite, scope));
        var store = new DynamoDbUserStore<TUser>(client, options, Time);
        (_options[store], _clients[store]) = (options, client);
        return store;
    }

    private AmazonDynamoDBClient Policed(string policy)
    {
        var wire = new PolicedWire(policy);
        _wires.Add(wire);
        AmazonDynamoDBClient client = Server.CreateClient(config => config.HttpClientFactory = wire);
        MigrationClock.WaitFor(client);
        return client;
    }

    public override async Task<bool> StoresEmptyStringAsync()
    {
        UserStoreOptions options = NewOptions();
        await CreateAsync<User>(options);
        try
        {
            await Server.Client.PutItemAsync(options.TableNamePrefix + "Users", new() { ["user_id"] = new("probe"), ["name"] = new("") });
            return true;
        }
        catch (AmazonDynamoDBException rejected) when (rejected.ErrorCode == "ValidationException")
        {
            return false;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (string prefix in _prefixes)
            await Server.DeleteTablesAsync(prefix);
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        _wires.SelectMany(wire => wire.Denied).Should().BeEmpty("the policy allows all that the library sends");
    }

    /// <summary>Provides the time of a fake clock, and the timestamps and timers of the system clock.</summary>
    public sealed class ClockWithRealTimers(FakeClock clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();
    }
}
