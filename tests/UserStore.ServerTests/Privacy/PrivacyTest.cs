using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations;
using UserStore.Privacy;
using UserStore.Replication;

namespace UserStore.ServerTests.Privacy;

/// <summary>The base of tests of erasure with everything that can hold data of a user: two replications, one of whose keys users can exchange, and
/// migrations with their lock table.</summary>
public abstract class PrivacyTest : ServerTest
{
    /// <summary>A string that each item with data of the user contains.</summary>
    protected const string Trace = "gone-";

    private static readonly byte[] HashKey = [.. Enumerable.Range(1, 32).Select(value => (byte)value)];

    private readonly List<ServiceProvider> _providers = [];

    /// <summary>Gets the services of a process whose requests pass the wire of the test.</summary>
    protected ServiceProvider Services { get; private set; } = null!;

    /// <summary>Gets the services of another process, without faults.</summary>
    protected ServiceProvider Others { get; private set; } = null!;

    protected IUserStore<Person> Users => Others.GetRequiredService<IUserStore<Person>>();

    protected IUserPrivacy<Person> Privacy => PrivacyOf(Services);

    protected IUserPrivacy<Person> OtherPrivacy => PrivacyOf(Others);

    /// <summary>Gets the migrations of the services that are opened afterwards.</summary>
    protected Action<MigrationOptions> Migrations { get; set; } = options => options.Migrations.Add("00000000000000_none", (_, _) => Task.CompletedTask);

    protected string LockTable => Options.TableNamePrefix + "_migrations-lock";

    protected string TombstonesTable => Options.TableNamePrefix + "UserTombstones";

    protected string EmailViews => Options.TableNamePrefix + "PersonsByEmail";

    protected string NameViews => Options.TableNamePrefix + "PersonsByName";

    protected string[] UserTables => [Table, ReservationsTable];

    protected string[] ViewTables => [EmailViews, EmailViews + "Guards", NameViews, NameViews + "Guards"];

    protected string[] AllTables => [.. UserTables, TombstonesTable, .. ViewTables, LockTable, Options.TableNamePrefix + "_migrations"];

    public override async Task InitializeAsync()
    {
        Services = Open(Client);
        Others = Open(Server.Client);
        await CreateTablesAsync(Others);
        Wire.Clear();
    }

    public override async Task DisposeAsync()
    {
        foreach (ServiceProvider provider in _providers)
            await provider.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>Opens a process.</summary>
    protected ServiceProvider Open(IAmazonDynamoDB client, string? prefix = null)
    {
        ServiceCollection services = new();
        services.AddSingleton(Stores.Time).AddSingleton(client).AddLogging();
        services.AddUserStore<Person>(options =>
            {
                (options.TableNamePrefix, options.Mapping) = (prefix ?? Options.TableNamePrefix, Options.Mapping);
                options.Retry.BaseDelay = TimeSpan.FromMilliseconds(1);
                options.Privacy.HashKey = HashKey;
            })
            .AddReplication<Person, PersonByEmail, ByEmail>()
            .AddReplication<Person, PersonByName, ByName>()
            .AddReservationCleanup<Person>()
            .AddMigrations(options => Migrations(options));
        ServiceProvider provider = services.BuildServiceProvider();
        _providers.Add(provider);
        return provider;
    }

    protected static async Task CreateTablesAsync(ServiceProvider services)
    {
        await services.GetRequiredService<IUserStore<Person>>().EnsureTablesAsync();
        await services.GetRequiredService<UserReplicator<Person, PersonByEmail>>().EnsureTablesAsync();
        await services.GetRequiredService<UserReplicator<Person, PersonByName>>().EnsureTablesAsync();
        await services.GetRequiredService<IMigrationRunner>().RunAsync();
    }

    protected static IUserPrivacy<Person> PrivacyOf(ServiceProvider services) => services.GetRequiredService<IUserPrivacy<Person>>();

    /// <summary>Returns a user; all of its data contains its id.</summary>
    protected static Person NewPerson(string id, int roles = 2) => new()
    {
        UserId = id,
        Email = $"{id}@example.test",
        Name = $"Fake {id}",
        Logins = [$"{id}-login-1", $"{id}-login-2"],
        Roles = [.. Enumerable.Range(0, roles).Select(role => $"role-{role}")],
    };

    /// <summary>Creates a user with all of its views.</summary>
    protected async Task<Person> CreateReplicatedAsync(Person person)
    {
        Person created = await Users.CreateAsync(person);
        foreach (IUserChangeHandler<Person> handler in Others.GetServices<IUserChangeHandler<Person>>())
            await handler.HandleAsync(Inserted(created, 1));
        return created;
    }

    /// <summary>Handles a change as the dispatcher of the first process does.</summary>
    protected Task HandleAsync(params UserChange<Person>[] changes) => HandleAsync(Services, changes);

    protected static async Task HandleAsync(ServiceProvider services, params UserChange<Person>[] changes)
    {
        foreach (UserChange<Person> change in changes)
        {
            foreach (IUserChangeHandler<Person> handler in services.GetServices<IUserChangeHandler<Person>>())
                await handler.HandleAsync(change);
        }
    }

    protected static UserChange<Person> Inserted(Person after, int number) => Change(UserChangeKind.Inserted, null, after, number);

    protected static UserChange<Person> Modified(Person before, Person after, int number) => Change(UserChangeKind.Modified, before, after, number);

    protected static UserChange<Person> Removed(Person before, int number) => Change(UserChangeKind.Removed, before, null, number);

    private static UserChange<Person> Change(UserChangeKind kind, Person? before, Person? after, int number)
        => new() { Key = (before ?? after)!.UserId, Kind = kind, OldUser = before, NewUser = after, SequenceNumber = $"{number}" };

    /// <summary>Puts an entry into the lock table as a backfill of the users' table does for an item that it cannot process.</summary>
    protected Task PutPoisonAsync(string userId, int number) => Server.Client.PutItemAsync(LockTable, new()
    {
        ["id"] = new($"lock/00000000000001_shout/0/shout/0-1/poison/{number}"),
        ["fence"] = new() { N = "1" },
        ["key"] = new() { M = new() { ["user_id"] = new(userId) } },
        ["error"] = new("FormatException"),
    });

    /// <summary>Returns all items, sorted, that contain a string in any attribute or key.</summary>
    protected async Task<List<string>> FindAsync(string text, params string[] tables)
    {
        List<string> found = [];
        foreach (string table in tables.Length == 0 ? AllTables : tables)
            found.AddRange((await ScanAsync(table)).Select(item => $"{table[Options.TableNamePrefix.Length..]} {ToText(item)}"));
        return [.. found.Where(item => item.Contains(text, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Returns all items of users, and entries of migrations, that do not belong to erased users.</summary>
    protected async Task<List<string>> OthersAsync() =>
    [
        .. (await FindAsync("", [.. UserTables, .. ViewTables])).Concat(await FindAsync("error=", LockTable))
            .Where(item => !item.Contains(Trace, StringComparison.Ordinal)),
    ];

    protected static string ToText(Dictionary<string, AttributeValue> item) => ToText(new AttributeValue { M = item });

    private static string ToText(AttributeValue value) => value switch
    {
        { M: { } map } => $"{{{string.Join(",", map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={ToText(pair.Value)}"))}}}",
        { L: { } list } => $"[{string.Join(",", list.Select(ToText))}]",
        { SS: { } set } => $"[{string.Join(",", set.Order(StringComparer.Ordinal))}]",
        { B: { } bytes } => Encoding.UTF8.GetString(bytes.ToArray()),
        _ => value.S ?? value.N ?? $"{value.BOOL}",
    };

    /// <summary>Checks that nothing is left of the user, that nothing was done to the others, and that the audit finds nothing.</summary>
    protected async Task ShouldBeErasedAsync(UserErasureReceipt receipt, IEnumerable<string> others)
    {
        (await OtherPrivacy.VerifyErasedAsync([receipt]).ReadAllAsync()).Should().BeEmpty();
        (await FindAsync(Trace)).Should().BeEmpty();
        (await OthersAsync()).Should().Equal(others);
        (await AuditAsync()).Should().BeEmpty();
    }

    protected async Task<List<UniqueValueFinding>> AuditAsync()
        => [.. (await Others.GetRequiredService<IUniqueValueAudit<Person>>().CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings)];

    public sealed record Person : User
    {
        [DynamoDBProperty("logins")]
        [Unique("login")]
        public HashSet<string>? Logins { get; init; }

        [DynamoDBProperty("roles")]
        [Indexed("role")]
        public HashSet<string>? Roles { get; init; }
    }

    [DynamoDBTable("PersonsByEmail")]
    public sealed record PersonByEmail
    {
        [DynamoDBHashKey("email")]
        public string Email { get; init; } = "";

        [DynamoDBProperty("name")]
        public string? Name { get; init; }
    }

    [DynamoDBTable("PersonsByName")]
    public sealed record PersonByName
    {
        [DynamoDBHashKey("name")]
        public string Name { get; init; } = "";

        [DynamoDBRangeKey("user_id")]
        public string UserId { get; init; } = "";
    }

    public sealed class ByEmail : IUserProjection<Person, PersonByEmail>
    {
        public PersonByEmail? Project(Person user) => user.Email is null ? null : new PersonByEmail { Email = user.Email, Name = user.Name };
    }

    public sealed class ByName : IUserProjection<Person, PersonByName>
    {
        public PersonByName? Project(Person user) => user.Name is null ? null : new PersonByName { Name = user.Name, UserId = user.UserId };
    }
}
