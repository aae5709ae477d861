using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;

namespace UserStore.ContractTests.Stores;

/// <summary>Stores on the local server, each test with tables of its own, which it deletes at its end.</summary>
public sealed class DynamoDbStores(LocalServer server) : StoreFactory
{
    private readonly HashSet<string> _prefixes = [];

    public IAmazonDynamoDB Client { get; init; } = server.Client;

    public override async Task<IUserStore<TUser>> CreateAsync<TUser>() => await CreateAsync<TUser>(NewOptions());

    /// <summary>Makes options with a prefix that no other test has.</summary>
    public UserStoreOptions NewOptions()
    {
        string prefix = $"test-{Guid.NewGuid():N}-";
        _prefixes.Add(prefix);
        return new UserStoreOptions { TableNamePrefix = prefix };
    }

    public async Task<DynamoDbUserStore<TUser>> CreateAsync<TUser>(UserStoreOptions options)
        where TUser : User
    {
        // The tables become active by the server's clock, not by the test's.
        await new DynamoDbUserStore<TUser>(server.Client, options).EnsureTablesAsync();
        return Open<TUser>(options);
    }

    public DynamoDbUserStore<TUser> Open<TUser>(UserStoreOptions options)
        where TUser : User
        => new(Client, options, Clock);

    public override async Task<bool> StoresEmptyTextAsync()
    {
        UserStoreOptions options = NewOptions();
        await CreateAsync<User>(options);
        try
        {
            await server.Client.PutItemAsync(options.TableNamePrefix + "Users", new() { ["user_id"] = new("probe"), ["name"] = new("") });
            return true;
        }
        catch (AmazonDynamoDBException refused) when (refused.ErrorCode == "ValidationException")
        {
            return false;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await foreach (string table in server.Client.Paginators.ListTables(new ListTablesRequest()).TableNames)
        {
            if (_prefixes.Any(table.StartsWith))
                await server.Client.DeleteTableAsync(table);
        }

        await base.DisposeAsync();
    }
}
