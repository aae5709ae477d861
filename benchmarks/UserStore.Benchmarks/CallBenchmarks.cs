using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Testing;

namespace UserStore.Benchmarks;

/// <summary>Compares single calls with the SDK's context and with hand-written code over the SDK's client, without a network.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class CallBenchmarks
{
    private static readonly UserPatch<User> Rename = new UserPatch<User>().Set(user => user.Name, "Fake Renamed");
    private static readonly UserListOptions WholeTable = new();

    private readonly UserQuery<User> _query = new("status-index", "active");
    private readonly PlainUser _plain = new(
        "fake-1", "fake-1@example.test", "Fake User", "active", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, 42, ["admin", "beta"], 3);

    private DynamoDBContext _context = null!;
    private HandWritten _hand = null!;
    private HandWritten _patchedHand = null!;
    private DynamoDbUserStore<User> _store = null!;
    private DynamoDbUserStore<User> _shared = null!;
    private DynamoDbUserStore<User> _patched = null!;
    private DynamoDBContext _listContext = null!;
    private HandWritten _listHand = null!;
    private DynamoDbUserStore<User> _listStore = null!;
    private User _read = null!;
    private User _new = null!;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        (AmazonDynamoDBClient calls, AmazonDynamoDBClient lists) = (new CannedWire().CreateClient(), new CannedWire { PageSize = 1000 }.CreateClient());
        (_context, _hand, _store) = Over(calls, new UserStoreOptions());
        (_, _, _shared) = Over(calls, new UserStoreOptions { UniqueEmails = false });
        (_, _patchedHand, _patched) = Over(new CannedWire { UpdatesReturnItems = true }.CreateClient(), new UserStoreOptions());
        (_listContext, _listHand, _listStore) = Over(lists, new UserStoreOptions());
        _read = await _store.GetAsync("fake-1");
        _new = FakeUsers.Create(1) with { Tags = ["admin", "beta"] };
    }

    [BenchmarkCategory("find"), Benchmark(Baseline = true)]
    public Task<User> Find_context() => _context.LoadAsync<User>("fake-1");

    [BenchmarkCategory("find"), Benchmark]
    public async Task<object?> Find_client_by_hand() => await _hand.FindAsync("fake-1");

    [BenchmarkCategory("find"), Benchmark]
    public Task<User?> Find_UserStore() => _store.FindAsync("fake-1");

    [BenchmarkCategory("create"), Benchmark(Baseline = true)]
    public Task Create_context() => _context.SaveAsync(_new with { Version = null });

    [BenchmarkCategory("create"), Benchmark]
    public Task Create_client_by_hand() => _hand.CreateAsync(_plain);

    [BenchmarkCategory("create"), Benchmark]
    public Task<User> Create_UserStore_shared_emails() => _shared.CreateAsync(_new);

    [BenchmarkCategory("create"), Benchmark]
    public Task<User> Create_UserStore_unique_emails() => _store.CreateAsync(_new);

    [BenchmarkCategory("partial update"), Benchmark(Baseline = true)]
    public async Task<User> Patch_context_load_and_save()
    {
        User user = await _context.LoadAsync<User>("fake-1") with { Name = "Fake Renamed" };
        await _context.SaveAsync(user);
        return user;
    }

    [BenchmarkCategory("partial update"), Benchmark]
    public async Task<object> Patch_client_by_hand() => await _patchedHand.UpdateAsync("fake-1", "Fake Renamed");

    [BenchmarkCategory("partial update"), Benchmark]
    public Task<User> Patch_UserStore_unique_emails() => _patched.UpdateAsync("fake-1", Rename);

    [BenchmarkCategory("save"), Benchmark(Baseline = true)]
    public Task Save_context() => _context.SaveAsync(_read with { Name = "Fake Saved" });

    [BenchmarkCategory("save"), Benchmark]
    public Task Save_client_by_hand() => _hand.SaveAsync(_plain);

    [BenchmarkCategory("save"), Benchmark]
    public Task<User> Save_UserStore_unique_emails() => _store.UpdateAsync(_read with { Name = "Fake Saved" });

    [BenchmarkCategory("query page of 100"), Benchmark(Baseline = true)]
    public Task<List<User>> Query_context() => _context.FromQueryAsync<User>(new QueryOperationConfig
    {
        IndexName = "status-index",
        KeyExpression = new Expression
        {
            ExpressionStatement = "#s = :s",
            ExpressionAttributeNames = { ["#s"] = "status" },
            ExpressionAttributeValues = { [":s"] = "active" },
        },
    }).GetNextSetAsync();

    [BenchmarkCategory("query page of 100"), Benchmark]
    public async Task<object> Query_client_by_hand() => await _hand.QueryAsync("active");

    [BenchmarkCategory("query page of 100"), Benchmark]
    public Task<UserPage<User>> Query_UserStore() => _store.QueryPageAsync(_query);

    [BenchmarkCategory("list page of 1000"), Benchmark(Baseline = true)]
    public Task<List<User>> List_context() => _listContext.FromScanAsync<User>(new ScanOperationConfig()).GetNextSetAsync();

    [BenchmarkCategory("list page of 1000"), Benchmark]
    public async Task<object> List_client_by_hand() => await _listHand.ListAsync();

    [BenchmarkCategory("list page of 1000"), Benchmark]
    public Task<UserPage<User>> List_UserStore() => _listStore.ListPageAsync(WholeTable);

    private static (DynamoDBContext Context, HandWritten Hand, DynamoDbUserStore<User> Store) Over(
        AmazonDynamoDBClient client, UserStoreOptions options) => (
            UserContext.Create(client, new StoreSchema(UserModel.For<User>(options), options)),
            new HandWritten(client),
            new DynamoDbUserStore<User>(client, options));
}
