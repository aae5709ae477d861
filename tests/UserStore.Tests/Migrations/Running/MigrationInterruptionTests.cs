using System.Diagnostics;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations;
using UserStore.Testing;
using UserStore.TestKit;

namespace UserStore.Tests.Migrations.Running;

/// <summary>A process that applies or undoes a backfill is interrupted in each way that operators meet. The next start completes it without a
/// person: each item is changed exactly once, and few pages are read again.</summary>
public sealed class MigrationInterruptionTests : IAsyncLifetime
{
    private const int PageSize = 50;
    private const int TotalSegments = 4;

    private static readonly int Users = TestVolume.Of(full: 20_000, usual: 2_000);
    private static readonly TimeSpan Partition = TimeSpan.FromSeconds(TestVolume.Of(full: 30, usual: 6)); // longer than the lease

    private readonly string _prefix = $"interrupted-{Guid.NewGuid():N}-";
    private LocalDynamoDb _server = null!;
    private FaultyProxy _proxy = null!;
    private AmazonDynamoDBClient _client = null!;

    private FaultyWire Wire { get; } = new();

    public async Task InitializeAsync()
    {
        _server = await LocalDynamoDb.StartAsync();
        _client = _server.CreateClient();
        _proxy = FaultyProxy.Start(Wire, _server.Endpoint);
        await using ServiceProvider provider = NewServices();
        await provider.GetRequiredService<IUserStore>().EnsureTablesAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, Users).Chunk(25), async (ids, token) => await _client.BatchWriteItemAsync(
            new Dictionary<string, List<WriteRequest>>
            {
                [_prefix + "Users"] = [.. ids.Select(id => new WriteRequest(new PutRequest(new() { ["user_id"] = new($"fake-{id}") })))],
            },
            token));
    }

    public async Task DisposeAsync()
    {
        foreach (string table in (await _client.ListTablesAsync()).TableNames.Where(table => table.StartsWith(_prefix, StringComparison.Ordinal)))
            await _client.DeleteTableAsync(table);
        await _proxy.DisposeAsync();
        Wire.Dispose();
        await _server.DisposeAsync();
    }

    public static TheoryData<string, string> Interruptions => TestVolume.IsFull
        ? new()
        {
            { "KILL", "up" },
            { "KILL", "undo" },
            { "INT", "up" },
            { "TERM", "up" },
            { "STOP", "up" },
            { "partition", "up" },
            { "partition", "undo" },
        }
        : new() { { "KILL", "undo" } };

    [Theory]
    [MemberData(nameof(Interruptions))]
    [Trait("Category", TestVolume.Category)]
    public async Task A_backfill_that_is_interrupted_is_completed_by_the_next_start(string interruption, string command)
    {
        if (command == "undo")
            await RunToEndAsync("up");

        int scans;
        using (Process interrupted = Start(command))
        {
            int pages = Random.Shared.Next(5, (Users / PageSize) - 5);
            for (int page = 0; page < pages; page++)
                await interrupted.ReadToLineAsync(interrupted.StandardOutput, "scan");
            await InterruptAsync(interrupted, interruption);
            // A suspended process continues only after the next one has completed the migration.
            scans = interruption == "STOP" ? await RunToEndAsync(command) + await ResumeAsync(interrupted) : 0;
            await interrupted.WaitForExitAsync().WaitAsync(TestProgram.Patience);
            scans += pages + CountScans(await interrupted.StandardOutput.ReadToEndAsync());
        }

        int runs = 2;
        if (interruption != "STOP")
            scans += await RunToEndAsync(command);

        string expected = command == "undo" ? "0" : "1";
        (await ScanAsync()).Should().HaveCount(Users).And.OnlyContain(item => item["fills"].N == expected);
        // Each runner also scans the journal, and the last one its checkpoints.
        int pagesOfTable = (Users / PageSize) + TotalSegments;
        scans.Should().BeLessThanOrEqualTo(pagesOfTable + TotalSegments + (3 * runs));
        ((double)scans / pagesOfTable).Should().BeLessThan(TestVolume.IsFull ? 1.1 : 1.5);
        await using ServiceProvider provider = NewServices();
        MigrationStatus status = await provider.GetRequiredService<IMigrationRunner>().GetStatusAsync();
        status.Migrations.Single(entry => entry.Id == "2_fills").Should().BeEquivalentTo(
            new { State = command == "undo" ? MigrationState.Undone : MigrationState.Applied, Repairs = Array.Empty<MigrationRepairRecord>() },
            options => options.ExcludingMissingMembers());
        status.Lock.IsHeld.Should().BeFalse();
    }

    private async Task InterruptAsync(Process process, string interruption)
    {
        if (interruption != "partition")
        {
            await process.SignalAsync(interruption);
            return;
        }

        Wire.Every(1, WireFault.NoResponse);
        await Task.Delay(Partition);
        Wire.Clear();
    }

    private static async Task<int> ResumeAsync(Process suspended)
    {
        await suspended.SignalAsync("CONT");
        return 0;
    }

    private async Task<int> RunToEndAsync(string command)
    {
        using Process process = Start(command);
        string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TestProgram.Patience);
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, await process.StandardError.ReadToEndAsync());
        return CountScans(output);
    }

    private Process Start(string command) => TestProgram.Start(
        ["migrate", _prefix, "fills", command], environment => environment["DYNAMODB_ENDPOINT"] = _proxy.Endpoint.ToString());

    private ServiceProvider NewServices() => new ServiceCollection()
        .AddSingleton<IAmazonDynamoDB>(_client)
        .AddUserStore(options => options.TableNamePrefix = _prefix)
        .AddMigrations(options => options.Migrations
            .Add("1_waits", static (_, _) => Task.CompletedTask)
            .Add("2_fills", static (_, _) => Task.CompletedTask))
        .Services.BuildServiceProvider();

    private async Task<List<Dictionary<string, AttributeValue>>> ScanAsync()
    {
        List<Dictionary<string, AttributeValue>> items = [];
        await foreach (ScanResponse page in _client.Paginators.Scan(new ScanRequest(_prefix + "Users")).Responses)
            items.AddRange(page.Items);
        return items;
    }

    private static int CountScans(string output) => output.Split('\n').Count(line => line == "scan");
}
