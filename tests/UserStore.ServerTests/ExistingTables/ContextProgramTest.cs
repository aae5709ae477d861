using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>The base of tests in which a store and another program, which uses the SDK's context with its defaults, write to one table.</summary>
public abstract class ContextProgramTest : ServerTest
{
    protected const string Email = "fake@example.test";

    protected DynamoDBContext Context { get; private set; } = null!;

    protected DynamoDbUserStore<Customer> Store { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        Store = await Stores.CreateAsync<Customer>(Options);
        Context = new DynamoDBContextBuilder().WithDynamoDBClient(() => Server.Client)
            .ConfigureContext(config => config.TableNamePrefix = Options.TableNamePrefix).Build();
    }

    public override Task DisposeAsync()
    {
        Context.Dispose();
        return base.DisposeAsync();
    }

    protected static Customer NewCustomer(string id = "fake-1") => new()
    {
        Id = id,
        Email = Email,
        Name = "Fake Customer",
        IsActive = true,
        Labels = ["b", "a"],
        Numbers = [1, 2],
        Joined = new DateTime(2029, 1, 2, 3, 4, 5, DateTimeKind.Utc),
    };

    /// <summary>Loads, changes and saves the customer as the other program does.</summary>
    protected async Task SaveByOtherAsync(Action<Customer> change)
    {
        Customer customer = await Context.LoadAsync<Customer>("fake-1");
        change(customer);
        await Context.SaveAsync(customer);
    }

    protected async Task<Dictionary<string, AttributeValue>> ItemAsync() => (await Server.Client.GetItemAsync(new GetItemRequest
    {
        TableName = Options.TableNamePrefix + "Customers",
        Key = new() { ["id"] = new("fake-1") },
        ConsistentRead = true,
    })).Item;

    [DynamoDBTable("Customers")]
    public class Customer
    {
        [DynamoDBHashKey("id")]
        public string Id { get; set; } = "";

        [DynamoDBProperty("email")]
        [DynamoDBGlobalSecondaryIndexHashKey("email-index")]
        [Unique("email", Normalization = UniqueValueNormalization.Email)]
        public string? Email { get; set; }

        [DynamoDBProperty("name")]
        public string? Name { get; set; }

        [DynamoDBProperty("points")]
        public int Points { get; set; }

        [DynamoDBProperty("active")]
        public bool IsActive { get; set; }

        [DynamoDBProperty("labels")]
        public List<string> Labels { get; set; } = [];

        [DynamoDBProperty("numbers")]
        public List<int> Numbers { get; set; } = [];

        [DynamoDBProperty("joined")]
        public DateTime Joined { get; set; }

        [DynamoDBVersion("version")]
        public long? Version { get; set; }
    }
}
