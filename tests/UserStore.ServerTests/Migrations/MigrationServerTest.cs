using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Migrations;

namespace UserStore.ServerTests.Migrations;

/// <summary>The base of tests of migrations that require a server: the requests of the runner pass the wire of the test.</summary>
public abstract class MigrationServerTest : ServerTest
{
    protected MigrationBench Bench { get; private set; } = null!;

    protected string Journal => Bench.StoreOptions.TableNamePrefix + "_migrations";

    protected string LockTable => Bench.StoreOptions.TableNamePrefix + "_migrations-lock";

    protected string UsersTable => Bench.StoreOptions.TableNamePrefix + "Users";

    public override Task InitializeAsync()
    {
        Bench = new MigrationBench(Stores);
        Bench.Open(); // sets the prefix
        return base.InitializeAsync();
    }

    /// <summary>Creates the tables of the store with a client whose requests are not counted.</summary>
    protected async Task<IUserStore<User>> CreateUsersAsync(int count = 0)
    {
        IUserStore<User> store = new DynamoDbUserStore<User>(Server.Client, Bench.StoreOptions);
        await store.EnsureTablesAsync();
        for (int i = 0; i < count; i++)
            await store.CreateAsync(new User { UserId = $"fake-{i:000}", Name = $"Fake User {i}" });
        return store;
    }

    /// <summary>Returns the tables of this test.</summary>
    protected async Task<IReadOnlyList<string>> TableNamesAsync()
    {
        List<string> names = [];
        await foreach (string name in Server.Client.Paginators.ListTables(new ListTablesRequest()).TableNames)
        {
            if (name.StartsWith(Bench.StoreOptions.TableNamePrefix, StringComparison.Ordinal))
                names.Add(name);
        }

        return names;
    }

    /// <summary>Runs one migration with a separate id.</summary>
    protected Task<MigrationRun> RunAsync(Func<MigrationContext, CancellationToken, Task> up, string id = "1_test")
    {
        MigrationBench bench = Bench.AsOtherVersion();
        bench.Options.Migrations.Add(id, up);
        bench.Options.Missing = MigrationPolicy.Allow;
        bench.Options.OutOfOrder = MigrationPolicy.Allow;
        return bench.NewRunner().RunAsync();
    }

    /// <summary>Puts an item of strings, as another program does.</summary>
    protected static Task PutAsync(string table, params (string Name, string Value)[] attributes)
        => Server.Client.PutItemAsync(
            table, attributes.ToDictionary(attribute => attribute.Name, attribute => new AttributeValue(attribute.Value)));
}
