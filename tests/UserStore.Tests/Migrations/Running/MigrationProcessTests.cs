using System.Diagnostics;
using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations;
using UserStore.Testing;
using UserStore.TestKit;
using UserStore.Tests.Programs;

namespace UserStore.Tests.Migrations.Running;

/// <summary>Runners in separate processes that are killed, or suspended for longer than their lease.</summary>
public sealed class MigrationProcessTests : IAsyncLifetime
{
    private static readonly int Users = TestVolume.Of(full: 20_000, usual: 8_000);
    private static readonly int Kills = TestVolume.Of(full: 5, usual: 2);

    private readonly string _prefix = $"process-{Guid.NewGuid():N}-";
    private LocalDynamoDb _server = null!;
    private AmazonDynamoDBClient _client = null!;
    private ServiceProvider _provider = null!;

    private IMigrationRunner Runner => _provider.GetRequiredService<IMigrationRunner>();

    public async Task InitializeAsync()
    {
        _server = await LocalDynamoDb.StartAsync();
        _client = _server.CreateClient();
        _provider = new ServiceCollection()
            .AddSingleton<IAmazonDynamoDB>(_client)
            .AddUserStore(options => options.TableNamePrefix = _prefix)
            .AddMigrations(options =>
            {
                options.Lease = MigrationPrograms.Lease;
                options.Migrations
                    .Add("1_waits", static (_, _) => Task.CompletedTask)
                    .Add("2_fills", static (_, _) => Task.CompletedTask);
            })
            .Services.BuildServiceProvider();
        await _provider.GetRequiredService<IUserStore>().EnsureTablesAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (string table in (await _client.ListTablesAsync()).TableNames.Where(table => table.StartsWith(_prefix, StringComparison.Ordinal)))
            await _client.DeleteTableAsync(table);
        await _provider.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_migration_whose_runner_was_killed_is_resumed_within_two_leases()
    {
        using (Process killed = Start("waits"))
        {
            await killed.ReadToLineAsync(killed.StandardOutput, "started");
            await EndAsync(killed);
        }

        long since = Stopwatch.GetTimestamp();
        MigrationRun run = await Runner.RunAsync();

        Stopwatch.GetElapsedTime(since).Should().BeLessThan(MigrationPrograms.Lease * 2);
        run.Steps.Select(result => result.Step.MigrationId).Should().Equal("1_waits", "2_fills");
    }

    [Fact]
    public async Task A_suspended_runner_that_continues_after_its_lease_records_nothing()
    {
        using Process suspended = Start("waits");
        await suspended.ReadToLineAsync(suspended.StandardOutput, "started");
        await suspended.SignalAsync("STOP");

        await Runner.RunAsync();
        MigrationStatus before = await Runner.GetStatusAsync();
        await suspended.SignalAsync("CONT");

        await suspended.ReadToLineAsync(suspended.StandardOutput, "cancelled");
        await suspended.ReadToLineAsync(suspended.StandardOutput, "client rejected");
        await suspended.ReadToLineAsync(suspended.StandardOutput, "MigrationLeaseLostException 1_waits");
        await suspended.WaitForExitAsync();
        (await Runner.GetStatusAsync()).Should().BeEquivalentTo(before);
        before.Migrations.Should().OnlyContain(entry => entry.State == MigrationState.Applied);
    }

    [Fact]
    [Trait("Category", TestVolume.Category)]
    public async Task A_killed_backfill_resumes_from_its_checkpoints()
    {
        var random = new Random();
        await SeedAsync();
        int scans = 0;
        for (int kill = 1; kill <= Kills; kill++)
        {
            using Process killed = Start("fills");
            int pages = random.Next(10, Users / 50 / (Kills + 1));
            for (int page = 0; page < pages; page++)
                await killed.ReadToLineAsync(killed.StandardOutput, "scan");
            await EndAsync(killed);
            scans += pages + CountRest(await killed.StandardOutput.ReadToEndAsync());
        }

        using Process last = Start("fills");
        string output = await last.StandardOutput.ReadToEndAsync().WaitAsync(TestProgram.Patience);
        await last.WaitForExitAsync();
        scans += CountRest(output);

        output.Should().Contain("ended with 0");
        List<Dictionary<string, AttributeValue>> items = [];
        await foreach (ScanResponse page in _client.Paginators.Scan(new ScanRequest(_prefix + "Users")).Responses)
            items.AddRange(page.Items);
        items.Should().HaveCount(Users).And.OnlyContain(item => item["fills"].N == "1");
        // Each runner also scans the tables of the migrations, up to three times.
        int pagesRead = scans - (3 * (Kills + 1));
        (pagesRead * 50.0 / Users).Should().BeLessThan(1.1, "each page that was not noted is read again, and no other");
        long[] memory = [.. output.Split('\n').Single(line => line.StartsWith("memory", StringComparison.Ordinal)).Split(' ')[1..].Select(
            number => long.Parse(number, CultureInfo.InvariantCulture))];
        (memory[1] - memory[0]).Should().BeLessThan(4 << 20, "memory does not grow with the table");
    }

    private async Task SeedAsync()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, Users).Chunk(25), async (ids, token) => await _client.BatchWriteItemAsync(
            new Dictionary<string, List<WriteRequest>>
            {
                [_prefix + "Users"] = [.. ids.Select(id => new WriteRequest(new PutRequest(new()
                {
                    ["user_id"] = new($"fake-{id}"),
                    ["name"] = new($"Fake User {id}"),
                    ["version"] = new() { N = "1" },
                })))],
            },
            token));
    }

    private static int CountRest(string output) => output.Split('\n').Count(line => line == "scan");

    private Process Start(string migration) => TestProgram.Start(
        ["migrate", _prefix, migration], environment => environment["DYNAMODB_ENDPOINT"] = _server.Endpoint.ToString());

    private static async Task EndAsync(Process program)
    {
        program.Kill();
        await program.WaitForExitAsync().WaitAsync(TestProgram.Patience);
    }
}
