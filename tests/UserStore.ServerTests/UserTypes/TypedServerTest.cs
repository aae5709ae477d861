using System.Linq.Expressions;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations;
using UserStore.Modeling;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.UserTypes;

/// <summary>The base of tests that run over several user types: a store of the type, and items of another kind in its table.</summary>
public abstract class TypedServerTest<TUser>(UserKind<TUser> kind) : ServerTest
    where TUser : class
{
    private const string OtherKind = "group";

    protected UserKind<TUser> Kind => kind;

    protected DynamoDbUserStore<TUser> Store { get; private set; } = null!;

    protected string UsersTable => Schema.Users.TableName;

    protected string Reservations => Schema.Reservations!.TableName;

    private protected StoreSchema Schema { get; private set; } = null!;

    private protected KeyModel KeyModel => Schema.Model.Key;

    public override async Task InitializeAsync()
    {
        if (kind.Describe is not null)
            Options.Describe(kind.Describe);
        Options.StreamViewType = TableStreamViewType.NewAndOldImages;
        Schema = new StoreSchema(UserModel.For<TUser>(Options), Options);
        Store = await Stores.CreateAsync<TUser>(Options);
    }

    /// <summary>Creates a store of another process with the same tables and a wire without faults.</summary>
    protected DynamoDbUserStore<TUser> OtherStore() => new(Server.Client, Options, Stores.Time);

    protected UserKey Key(int number) => kind.KeyOf(kind.New(number));

    protected Task<TUser> CreateAsync(int number) => Store.CreateAsync(kind.New(number));

    protected async Task CreateManyAsync(int count)
    {
        for (int number = 1; number <= count; number++)
            await CreateAsync(number);
    }

    /// <summary>Puts an item that has the attributes of a stored user, but is of another kind, if the table is shared.</summary>
    /// <returns>The item; null if every item of the table is a user.</returns>
    protected async Task<Dictionary<string, AttributeValue>?> PutOtherKindAsync(int likeNumber, int number)
    {
        if (Schema.Model.Discriminators.Count == 0)
            return null;
        Dictionary<string, AttributeValue> item = new(await ReadAsync(Key(likeNumber)));
        foreach ((string name, AttributeValue value) in KeyModel.ToItem(Key(number)))
            item[name] = value;
        foreach ((MappedProperty property, _) in Schema.Model.Discriminators)
            item[property.AttributeName] = new AttributeValue(OtherKind);
        await Server.Client.PutItemAsync(UsersTable, item);
        return item;
    }

    /// <summary>Reads an item as it is stored.</summary>
    protected async Task<Dictionary<string, AttributeValue>> ReadAsync(UserKey key)
        => (await Server.Client.GetItemAsync(UsersTable, KeyModel.ToItem(key), true)).Item ?? [];

    protected string AttributeOf(LambdaExpression property) => Schema.Model.Resolve(property).AttributeName;

    protected DynamoDbUniqueValueAudit<TUser> NewAudit() => new(Client, Options, Stores.Time);

    protected async Task<List<UniqueValueFinding>> FindingsAsync(bool repair = false)
        => [.. (await (repair ? NewAudit().RepairAsync() : NewAudit().CheckAsync()).ReadAllAsync()).SelectMany(page => page.Findings)];

    /// <summary>Returns the services of an application that registers the store with the options of the test.</summary>
    protected ServiceCollection Register(Action<UserStoreBuilder> configure, IAmazonDynamoDB? client = null)
    {
        ServiceCollection services = [];
        services.AddSingleton(Stores.Time).AddSingleton(client ?? Client).AddLogging();
        configure(services.AddUserStore<TUser>(options =>
        {
            options.TableNamePrefix = Options.TableNamePrefix;
            options.Retry.BaseDelay = TimeSpan.FromMilliseconds(1);
            if (kind.Describe is not null)
                options.Describe(kind.Describe);
        }));
        return services;
    }

    /// <summary>Runs one migration, as a process of its own, and returns its poison items.</summary>
    /// <param name="id">The migration.</param>
    /// <param name="add">Adds the migration.</param>
    /// <param name="isRepaired">Whether the migration was applied, but is to be applied again.</param>
    protected async Task<IReadOnlyList<PoisonItem>> MigrateAsync(string id, Action<MigrationList> add, bool isRepaired = false)
    {
        await using ServiceProvider process = Register(store => store.AddMigrations(options =>
        {
            (options.Missing, options.OutOfOrder) = (MigrationPolicy.Allow, MigrationPolicy.Allow);
            add(options.Migrations);
        })).BuildServiceProvider();
        IMigrationRunner runner = process.GetRequiredService<IMigrationRunner>();
        if (isRepaired)
            await runner.RepairAsync(id, MigrationRepair.MarkFailed, "the test asked for it");
        await runner.RunAsync();
        return await runner.GetPoisonItemsAsync(id);
    }
}
