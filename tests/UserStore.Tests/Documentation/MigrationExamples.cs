using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using UserStore.Migrations;
using UserStore.Testing;

namespace UserStore.Tests.Documentation;

[Migration("20261121093000_add_city", Description = "Gives every user a city.", Revision = "1")]
public sealed class AddCity(TimeProvider time) : UndoableMigration
{
    public override async Task UpAsync(MigrationContext context, CancellationToken cancellationToken = default)
    {
        context.Report(new MigrationProgress($"started at {time.GetUtcNow():u}", 0));
        await context.CreateIndexAsync("city-index", cancellationToken);
        await context.BackfillAsync(new Backfill
        {
            Name = "city",
            TableName = context.UsersTable,
            Transform = (item, _) =>
            {
                item.TryAdd("city", new AttributeValue("unknown"));
                return ValueTask.CompletedTask;
            },
            Options = new BackfillOptions { TotalSegments = 8, WriteUnitsPerSecond = 200, MaxPoisonItems = 10 },
        }, cancellationToken);
    }

    public override Task DownAsync(MigrationContext context, CancellationToken cancellationToken = default)
        => context.DeleteIndexAsync(context.UsersTable, "city-index", cancellationToken);
}

/// <summary>Compiles and runs the code of the guide to migrations.</summary>
public sealed class MigrationExamples
{
    [Fact]
    public async Task The_first_example_runs_at_the_start_of_a_host()
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
        using AmazonDynamoDBClient client = server.CreateClient();
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        IServiceCollection services = builder.Services;
        services.AddSingleton<IAmazonDynamoDB>(client);

        services.AddUserStore(options => options.TableNamePrefix = "myservice-")
            .AddMigrations(options => options.Migrations.AddCreateTables().AddReserveUniqueValues())
            .RunMigrationsOnStart();

        using IHost host = builder.Build();
        IServiceProvider provider = host.Services;
        try
        {
            await host.StartAsync();

            IMigrationRunner runner = provider.GetRequiredService<IMigrationRunner>();
            MigrationPlan plan = await runner.PlanAsync();
            MigrationRun run = await runner.RunAsync();

            (plan.Steps.Count, run.Steps.Count).Should().Be((0, 0));
            await provider.GetRequiredService<IUserStore>().CreateAsync(new User { Email = "ada@example.test" });
            (await CommandAsync(host, ["migrate", "status"])).Should().Be(0);
            (await CommandAsync(host, ["serve"])).Should().Be(-1);
            await host.StopAsync();
        }
        finally
        {
            await DeleteTablesAsync(client, "myservice-");
        }
    }

    [Fact]
    public async Task The_examples_of_migrations_run()
    {
        await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
        using AmazonDynamoDBClient client = server.CreateClient();
        await using ServiceProvider provider = new ServiceCollection()
            .AddSingleton<IAmazonDynamoDB>(client)
            .AddUserStore<AppUser>(options => options.TableNamePrefix = "guide-")
            .AddMigrations(options =>
            {
                options.Migrations
                    .Add<AddCity>()
                    .Add("20261122080000_archive_table", (context, token) => context.CreateTableAsync(ArchiveTable(context), token));

                options.Migrations.AddImport("20261121100000_import_members", new ExternalTable
                {
                    TableName = "Members",
                    Attributes = { ["id"] = "user_id", ["createdAt"] = "created_at" },
                    Convert = item => item["status"] = new AttributeValue(
                        item.Remove("active", out AttributeValue? active) && active.BOOL == true ? "active" : "suspended"),
                });
                options.Migrations.AddCreateTables("20261121000000_create_tables");
            })
            .Services.BuildServiceProvider();
        await client.CreateTableAsync(new CreateTableRequest
        {
            TableName = "Members",
            KeySchema = [new("id", KeyType.HASH)],
            AttributeDefinitions = [new("id", ScalarAttributeType.S)],
            BillingMode = BillingMode.PAY_PER_REQUEST,
        });
        try
        {
            await client.PutItemAsync(
                "Members", new() { ["id"] = new("fake-1"), ["createdAt"] = new("2020-01-02T03:04:05.678Z"), ["active"] = new() { BOOL = true } });

            MigrationRun run = await provider.GetRequiredService<IMigrationRunner>().RunAsync();

            run.Steps.Should().HaveCount(4);
            AppUser imported = await provider.GetRequiredService<IUserStore<AppUser>>().GetAsync("fake-1");
            (imported.Status, imported.CreatedAt.Year).Should().Be((UserStatus.Active, 2020));
            (await client.DescribeTableAsync("guide-Archive")).Table.TableStatus.Should().Be(TableStatus.ACTIVE);
        }
        finally
        {
            await client.DeleteTableAsync("Members");
            await DeleteTablesAsync(client, "guide-");
        }
    }

    private static async Task<int> CommandAsync(IHost app, string[] args)
    {
        if (await app.RunMigrationCommandAsync(args) is { } exitCode)
            return exitCode;
        return -1;
    }

    private static CreateTableRequest ArchiveTable(MigrationContext context) => new()
    {
        TableName = context.TableName("Archive"),
        KeySchema = [new("user_id", KeyType.HASH)],
        AttributeDefinitions = [new("user_id", ScalarAttributeType.S)],
        BillingMode = BillingMode.PAY_PER_REQUEST,
    };

    private static async Task DeleteTablesAsync(AmazonDynamoDBClient client, string prefix)
    {
        foreach (string table in (await client.ListTablesAsync()).TableNames.Where(table => table.StartsWith(prefix, StringComparison.Ordinal)))
            await client.DeleteTableAsync(table);
    }
}
