using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations;
using UserStore.Testing;

namespace UserStore.Tests.Programs;

/// <summary>Services whose migrations a test kills or suspends while they run. They print their progress.</summary>
public static class MigrationPrograms
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(6);

    /// <param name="prefix">The prefix of the tables.</param>
    /// <param name="migration"><c>waits</c> until it is cancelled, or <c>fills</c> the users.</param>
    /// <param name="command">The migration command, such as <c>undo</c>; to apply all if empty.</param>
    public static async Task<int> RunAsync(string prefix, string migration, string[] command)
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync(); // connects to the server of the test, which the environment configures
        using var wire = new FaultyWire
        {
            BeforeRequest = static request =>
            {
                if (request.Operation == "Scan")
                    Console.WriteLine("scan");
                return Task.CompletedTask;
            },
        };
        await using ServiceProvider provider = new ServiceCollection()
            .AddSingleton<IAmazonDynamoDB>(server.CreateClient(config => config.HttpClientFactory = wire))
            .AddUserStore(options => options.TableNamePrefix = prefix)
            .AddMigrations(options =>
            {
                options.Lease = Lease;
                options.Migrations.Add("1_waits", migration == "waits" ? WaitAsync : static (_, _) => Task.CompletedTask);
                if (migration == "fills")
                    options.Migrations.Add("2_fills", (context, token) => FillAsync(context, 1, token), (context, token) => FillAsync(context, -1, token));
            })
            .Services.BuildServiceProvider();
        if (migration == "fills")
        {
            int exitCode = await provider.RunMigrationCommandAsync(["migrate", .. command]) ?? -1;
            Console.WriteLine($"ended with {exitCode}");
            return exitCode;
        }

        IMigrationRunner runner = provider.GetRequiredService<IMigrationRunner>();
        try
        {
            await runner.RunAsync();
            Console.WriteLine("done");
            return 0;
        }
        catch (MigrationException failure)
        {
            Console.WriteLine($"{failure.GetType().Name} {failure.MigrationId}");
            return 1;
        }
    }

    private static async Task WaitAsync(MigrationContext context, CancellationToken cancellationToken)
    {
        Console.WriteLine("started");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            Console.WriteLine("cancelled");
            try
            {
                await context.Client.PutItemAsync(context.UsersTable, new() { ["user_id"] = new("late") }, CancellationToken.None);
                Console.WriteLine("wrote after the lease");
            }
            catch (MigrationLeaseLostException)
            {
                Console.WriteLine("client rejected");
            }
        }
    }

    // Adds to a number of each item, and prints the memory in use near the start and at the end.
    private static async Task FillAsync(MigrationContext context, int summand, CancellationToken cancellationToken)
    {
        int seen = 0;
        long atFirst = 0;
        await context.BackfillAsync(
            new Backfill
            {
                Name = "fill",
                TableName = context.UsersTable,
                Mark = "filled_by",
                Transform = (item, _) =>
                {
                    item["fills"] = new AttributeValue { N = $"{int.Parse(item.GetValueOrDefault("fills")?.N ?? "0", null) + summand}" };
                    int number = Interlocked.Increment(ref seen);
                    if (number == 500)
                        atFirst = GC.GetTotalMemory(forceFullCollection: true);
                    return ValueTask.CompletedTask;
                },
            },
            cancellationToken);
        Console.WriteLine($"memory {atFirst} {GC.GetTotalMemory(forceFullCollection: true)}");
    }
}
