using System.Diagnostics;
using Amazon.DynamoDBv2;
using UserStore.DynamoDb;
using UserStore.Replication;
using UserStore.Testing;
using UserStore.TestKit;
using UserStore.Tests.Programs;

namespace UserStore.Tests.Replication;

/// <summary>A rebuild in a process that is killed or suspended: the next one completes it, and a late one changes nothing back.</summary>
public sealed class RebuildProcessTests : IAsyncLifetime
{
    private static readonly int Users = TestVolume.Of(full: 2_000, usual: 400);

    private readonly string _prefix = $"rebuild-{Guid.NewGuid():N}-";
    private LocalDynamoDb _server = null!;
    private AmazonDynamoDBClient _client = null!;
    private UserReplicator<User, UserByEmail> _replicator = null!;
    private DynamoDbUserStore<User> _store = null!;

    public async Task InitializeAsync()
    {
        _server = await LocalDynamoDb.StartAsync();
        _client = _server.CreateClient();
        _store = new DynamoDbUserStore<User>(_client, new UserStoreOptions { TableNamePrefix = _prefix });
        _replicator = RebuildProgram.CreateReplicator(_client, _prefix);
        await _store.EnsureTablesAsync();
        await _replicator.EnsureTablesAsync();
        await Parallel.ForAsync(0, Users, async (number, token) => await _store.CreateAsync(
            new User { UserId = $"fake-{number}", Email = $"fake-{number}@example.test", Name = "Before" }, token));
    }

    public async Task DisposeAsync()
    {
        foreach (string table in (await _client.ListTablesAsync()).TableNames.Where(table => table.StartsWith(_prefix, StringComparison.Ordinal)))
            await _client.DeleteTableAsync(table);
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("KILL")]
    [InlineData("STOP")]
    [Trait("Category", TestVolume.Category)]
    public async Task A_rebuild_that_is_interrupted_is_completed_by_the_next(string signal)
    {
        using (Process interrupted = Start())
        {
            await interrupted.ReadToLineAsync(interrupted.StandardOutput, "page");
            await interrupted.SignalAsync(signal);
            await ExchangeEmailsAsync();
            await RunToEndAsync();
            if (signal == "STOP")
                await interrupted.SignalAsync("CONT");
            await interrupted.WaitForExitAsync().WaitAsync(TestProgram.Patience);
        }

        var drifts = new List<UserReplicationDrift>();
        await foreach (UserReplicationPage page in _replicator.CompareAsync())
            drifts.AddRange(page.Drifts);
        drifts.Should().BeEmpty();
    }

    private async Task ExchangeEmailsAsync()
    {
        for (int number = 0; number < 20; number += 2)
        {
            User one = await _store.GetAsync($"fake-{number}"), other = await _store.GetAsync($"fake-{number + 1}");
            one = await _store.UpdateAsync(one with { Email = $"moving-{number}@example.test", Name = "After" });
            await _store.UpdateAsync(other with { Email = $"fake-{number}@example.test", Name = "After" });
            await _store.UpdateAsync(one with { Email = $"fake-{number + 1}@example.test" });
        }
    }

    private async Task RunToEndAsync()
    {
        using Process process = Start();
        string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TestProgram.Patience);
        await process.WaitForExitAsync();
        output.Should().Contain("done", await process.StandardError.ReadToEndAsync()).And.NotContain("failure");
    }

    private Process Start() => TestProgram.Start(
        ["rebuild", _prefix], environment => environment["DYNAMODB_ENDPOINT"] = _server.Endpoint.ToString());
}
