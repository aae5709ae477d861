using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using UserStore.Migrations;
using UserStore.Testing;

namespace UserStore.ServerTests.Privacy;

/// <summary>Migrations that succeed, fail, meet items that they cannot change, and are run from the command line; and health checks.</summary>
internal sealed class MigrationScenes(Walk walk, MigrationScenes.Switches switches)
{
    private const string Marker = Walk.Marker;

    private IMigrationRunner Runner => walk.Get<IMigrationRunner>();

    /// <summary>What the migrations do next.</summary>
    public sealed class Switches
    {
        public bool ChangesKeys { get; set; }

        public bool Fails { get; set; } = true;

        public int MaxPoisonItems { get; set; }
    }

    /// <summary>Adds the migrations of a service.</summary>
    public static void Add(MigrationOptions options, string prefix, Switches switches)
    {
        (options.AllowReset, options.LockTimeout) = (true, TimeSpan.Zero);
        options.Migrations
            .AddCreateTables("1_tables")
            .Add("2_names", (context, token) => context.BackfillAsync(new Backfill
            {
                Name = "names",
                TableName = $"{prefix}Users",
                Options = new BackfillOptions { MaxPoisonItems = switches.MaxPoisonItems, TotalSegments = 2 },
                Transform = (item, _) =>
                {
                    if (item.GetValueOrDefault("age")?.S is { } text)
                        throw new ApplicationFailureException(text);
                    if (switches.ChangesKeys)
                        item["user_id"] = new($"{Marker}-moved");
                    item["name"] = new($"{Marker} migrated");
                    return ValueTask.CompletedTask;
                },
            }, token))
            .AddReserveUniqueValues("3_reservations")
            .AddImport("4_import", new ExternalTable
            {
                TableName = $"{prefix}Members",
                Options = new BackfillOptions { MaxPoisonItems = 10 },
                UserId = item => item["user_id"].S.Split('/')[0],
                Convert = item => _ = item.TryGetValue("broken", out AttributeValue? broken) ? throw new ApplicationFailureException(broken.S) : 0,
            })
            .Add("5_writes", async (context, token) =>
            {
                IUserStore<WalkedUser> store = context.OpenStore<WalkedUser>();
                await store.CreateAsync(Walk.NewUser($"id-{Guid.NewGuid():N}"), token);
                if (switches.Fails)
                    throw new ApplicationFailureException($"{Marker}: the application's own message");
            });
    }

    public async Task RunAsync()
    {
        await CheckHealthAsync();
        await MigrateAsync("plan");
        await MigrateAsync("to", "1_tables");
        await CreateItemsAsync();
        await walk.CallAsync(() => Runner.RunAsync()); // a poison item is too much
        (switches.MaxPoisonItems, switches.ChangesKeys) = (5, true);
        await MigrateAsync("up", "--json");
        switches.ChangesKeys = false;
        await walk.CallAsync(() => Runner.RunAsync()); // two users have the same email
        await walk.CallAsync(() => Runner.PlanAsync());
        walk.Wire.Next(WireFault.Throttle, "UpdateItem", count: 3);
        await LocalServer.Shared.Client.DeleteItemAsync(walk.Table, new() { ["user_id"] = new("id-72") });
        await MigrateAsync("up"); // the last migration fails
        await CheckHealthAsync();
        walk.Options.Retry.Timeout = TimeSpan.FromMilliseconds(20);
        switches.Fails = false;
        walk.Wire.Every(3, WireFault.LostResponse, "TransactWriteItems", "GetItem");
        await MigrateAsync("up", "--json");
        walk.Wire.Clear();
        walk.Options.Retry.Timeout = TimeSpan.FromSeconds(5);
        string[][] commands =
        [
            ["status"], ["status", "--json"], ["poison", "2_names"], ["poison", "4_import", "--json"], ["verify"], ["plan", "undo"], ["unlock", "for a test"],
            ["repair", "5_writes", "retry", "for a test"], ["up", "--verbose"], ["no-command"],
        ];
        foreach (string[] command in commands)
            await MigrateAsync(command);

        await MigrateAsync("up");
        await walk.CallAsync(() => Runner.PlanAsync(MigrationPlanner.Undo));
        await walk.CallAsync(() => Runner.RepairAsync("5_writes", MigrationRepair.MarkFailed, "for a test"));
        await walk.CallAsync(() => Runner.HandOverAsync());
        await MigrateAsync("up");
        await CheckHealthAsync();
    }

    /// <summary>Checks the health of a store without a table.</summary>
    public async Task LoseTableAsync()
    {
        await LocalServer.Shared.Client.DeleteTableAsync(walk.Prefix + "UserReservations");
        await CheckHealthAsync();
        await walk.CallAsync(() => walk.Store.CreateAsync(Walk.NewUser("id-90")), () => walk.Store.FindAsync("id-90"));
    }

    private async Task CreateItemsAsync()
    {
        await walk.PutAsync("id-70", ("name", new(Marker)), ("age", new($"{Marker}-age")), ("status", new("active")));
        await walk.PutAsync("id-71", ("name", new(Marker)), ("phone", new($"{Marker}-71")), ("email", new($"{Marker}.71@example.test")));
        await walk.PutAsync("id-72", ("name", new(Marker)), ("email", new($"{Marker}.71@example.test")));
        await walk.PutAsync("id-73", ("name", new(Marker)), ("phone", new("")), ("logins", new() { N = $"{Walk.Number}" }));
        string members = walk.Prefix + "Members";
        IAmazonDynamoDB client = LocalServer.Shared.Client;
        await client.CreateTableAsync(new CreateTableRequest
        {
            TableName = members,
            KeySchema = [new("user_id", KeyType.HASH)],
            AttributeDefinitions = [new("user_id", ScalarAttributeType.S)],
            BillingMode = BillingMode.PAY_PER_REQUEST,
        });
        (string Id, string Attribute, AttributeValue Value)[] items =
        [
            ("id-80", "name", new(Marker)), ("id-81", "age", new(Marker)), ("id-82", "email", new($"{Marker}.71@example.test")),
            ("id-83/a", "name", new($"{Marker} a")), ("id-83/b", "name", new($"{Marker} b")), ("id-84", "broken", new(Marker)),
            ("id-85", "email", new(string.Concat(Enumerable.Repeat(Marker, 300)))), ("id-86", "pin", new(Marker)),
        ];
        foreach ((string id, string attribute, AttributeValue value) in items)
            await client.PutItemAsync(members, new() { ["user_id"] = new(id), [attribute] = value });
    }

    // Standard error shows the operator the exceptions of migrations, with what they say.
    private async Task MigrateAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        await walk.CallAsync(() => walk.Services.RunMigrationCommandAsync(["migrate", .. arguments], output, error));
        walk.Output.Add($"migrate {arguments[0]}", output.ToString());
        if (!error.ToString().Contains(nameof(ApplicationFailureException), StringComparison.Ordinal))
            walk.Output.Add($"errors of migrate {arguments[0]}", error.ToString());
    }

    private async Task CheckHealthAsync()
    {
        HealthReport? report = await walk.CallAsync(() => walk.Get<HealthCheckService>().CheckHealthAsync());
        walk.Output.Add($"health {report!.Status}", report);
    }
}
