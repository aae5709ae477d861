using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UserStore.Migrations;
using UserStore.Testing;

namespace UserStore.Tests.Programs;

/// <summary>A service with migration commands, whose migration fills an attribute of all users.</summary>
public static class ServiceProgram
{
    /// <summary>The number of users after which the migration waits, unless it completes.</summary>
    public const int FilledBeforeWait = 50;

    /// <param name="prefix">The prefix of the tables.</param>
    /// <param name="kind"><c>waits</c> until it is cancelled, <c>ignores</c> its cancellation, or <c>completes</c>. Followed by <c>-in-host</c>
    /// if the command is executed by a host.</param>
    /// <param name="command">The arguments of the service.</param>
    public static async Task<int> RunAsync(string prefix, string kind, string[] command)
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync(); // connects to the server of the test, which the environment configures
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<IAmazonDynamoDB>(server.CreateClient())
            .AddUserStore(options => options.TableNamePrefix = prefix)
            .AddMigrations(options => options.Migrations.Add(
                "1_fills", (context, token) => FillAsync(context, waits: !kind.StartsWith("completes", StringComparison.Ordinal), kind == "ignores", token)));
        builder.Services.AddSpectreMigrationReporter();
        using IHost host = builder.Build();
        return await (kind.EndsWith("-in-host", StringComparison.Ordinal)
            ? host.RunMigrationCommandAsync(command)
            : host.Services.RunMigrationCommandAsync(command)) ?? -1;
    }

    private static async Task FillAsync(MigrationContext context, bool waits, bool ignoresCancellation, CancellationToken cancellationToken)
    {
        int filled = 0;
        await context.BackfillAsync(
            new Backfill
            {
                Name = "fill",
                TableName = context.UsersTable,
                Mark = "filled_by",
                Transform = async (item, token) =>
                {
                    int number = Interlocked.Increment(ref filled);
                    if (number == FilledBeforeWait && waits)
                        Console.WriteLine("waiting");
                    if (number >= FilledBeforeWait && waits)
                        await Task.Delay(Timeout.Infinite, ignoresCancellation ? CancellationToken.None : token);
                    item["fills"] = new AttributeValue { N = item.TryGetValue("fills", out AttributeValue? fills) ? $"{int.Parse(fills.N, null) + 1}" : "1" };
                },
            },
            cancellationToken);
    }
}
