using System.Collections.Concurrent;
using Amazon.DynamoDBv2;
using UserStore.DynamoDb;
using Xunit.Abstractions;

namespace UserStore.ServerTests.Exploration;

/// <summary>
/// Explores every interleaving of small cases, each request delivered, lost before it is applied or after, delayed past other requests, or
/// duplicated. <c>USERSTORE_SCHEDULE</c>, as a message of a failure prints it, replays one.
/// </summary>
[Trait("Category", TestVolume.Category)]
public sealed class InterleavingTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const int Workers = 4;

    private static readonly string? Replayed = Environment.GetEnvironmentVariable("USERSTORE_SCHEDULE");

    private readonly DynamoDbStores _stores = new() { Client = LocalServer.Shared.Client };
    private readonly List<AmazonDynamoDBClient> _clients = [];

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _stores.DisposeAsync();
    }

    [Fact]
    public async Task Acknowledged_writes_are_applied_once_refused_ones_never_and_unknown_ones_at_most_once()
        => await ExploreAsync(Scenarios.All, atMost: TestVolume.Of(full: int.MaxValue, usual: 50), atLeast: TestVolume.Of(full: 4_500, usual: 1_100));

    [Fact]
    public async Task The_same_holds_when_two_requests_fail()
        => await ExploreAsync(
            [.. Scenarios.All.Select(scenario => scenario with { MaxFaults = 2 })],
            atMost: TestVolume.Of(full: 1_200, usual: 10),
            atLeast: TestVolume.Of(full: 20_000, usual: 250));

    [Fact]
    public async Task The_same_holds_while_a_third_process_writes_more_often_than_an_item_remembers()
        => await ExploreAsync(Scenarios.WhileOthersWrite, atMost: TestVolume.Of(full: 400, usual: 15), atLeast: TestVolume.Of(full: 6_000, usual: 230));

    [Fact]
    public async Task The_same_holds_when_the_clocks_are_an_hour_apart()
        => await ExploreAsync(
            Scenarios.WithOtherClocks, atMost: TestVolume.Of(full: int.MaxValue, usual: 15), atLeast: TestVolume.Of(full: 7_500, usual: 430));

    /// <param name="scenarios">The scenarios.</param>
    /// <param name="atMost">The number of schedules of each scenario; those that differ in an early decision come first.</param>
    /// <param name="atLeast">The number of schedules in all, so that the exploration cannot shrink unseen.</param>
    private async Task ExploreAsync(IReadOnlyList<Scenario> scenarios, int atMost, int atLeast)
    {
        int total = 0;
        List<string> violations = [];
        foreach (Scenario scenario in scenarios)
        {
            (int explored, int unknown, string[] found) = await ExploreAsync(scenario, atMost);
            output.WriteLine($"{explored} schedules, {unknown} unknown outcomes: {scenario.Name}");
            total += explored;
            violations.AddRange(found);
        }

        output.WriteLine($"{total} schedules");
        violations.Should().BeEmpty();
        if (Replayed is null)
            total.Should().BeGreaterThanOrEqualTo(atLeast);
    }

    private async Task<(int Explored, int Unknown, string[] Violations)> ExploreAsync(Scenario scenario, int atMost)
    {
        UserStoreOptions options = _stores.NewOptions();
        options.UniqueEmails = scenario.UniqueEmails;
        await new DynamoDbUserStore<User>(LocalServer.Shared.Client, options).EnsureTablesAsync();
        string? replayed = Replayed?.StartsWith(scenario.Name + ":", StringComparison.Ordinal) == true ? Replayed[(scenario.Name.Length + 1)..] : null;
        var waiting = new ConcurrentQueue<string>(Replayed is null ? [""] : replayed is null ? [] : [replayed]);
        (int explored, int unknown, int busy) = (0, 0, 0);
        ConcurrentQueue<string> violations = [];
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            Process[] processes = [.. scenario.Calls.Select((_, i) => NewProcess(options, scenario.Skews[i]))];
            var other = new DynamoDbUserStore<User>(LocalServer.Shared.Client, options, ScheduledClock.Of(TimeSpan.Zero));
            while (violations.IsEmpty && explored < atMost)
            {
                Interlocked.Increment(ref busy);
                if (!waiting.TryDequeue(out string? prefix))
                {
                    if (Interlocked.Decrement(ref busy) == 0 && waiting.IsEmpty)
                        return;
                    await Task.Delay(1);
                    continue;
                }

                int number = Interlocked.Increment(ref explored);
                var schedule = new Schedule(prefix);
                (int unknownHere, string? violation) = await RunAsync(scenario, schedule, new Ids($"{number}"), processes, other);
                Interlocked.Add(ref unknown, unknownHere);
                if (violation is not null)
                    violations.Enqueue(violation);
                foreach (string next in replayed is null ? schedule.Others() : [])
                    waiting.Enqueue(next);
                Interlocked.Decrement(ref busy);
            }
        })));

        if (!violations.IsEmpty)
            return (explored, unknown, [.. violations]);
        if (scenario.UniqueEmails)
        {
            List<UniqueValueAuditPage> pages = await new DynamoDbUniqueValueAudit<User>(LocalServer.Shared.Client, options).CheckAsync().ReadAllAsync();
            pages.SelectMany(page => page.Findings).Should().BeEmpty();
        }

        return (explored, unknown, []);
    }

    private static async Task<(int Unknown, string? Violation)> RunAsync(
        Scenario scenario, Schedule schedule, Ids ids, Process[] processes, IUserStore<User> other)
    {
        User? user = await scenario.PrepareAsync(ids, other);
        ScheduledCall[] calls = [.. scenario.Calls.Select((call, i)
            => new ScheduledCall($"{call.Name} {i + 1}", () => call.Call(ids, processes[i], user), processes[i].Wire))];
        var run = new ScheduledRun(schedule, scenario.MaxFaults, calls, scenario.Burst is { } burst ? () => burst(ids, other) : null);
        string[] violations;
        try
        {
            await run.RunAsync();
            violations = [.. calls.Select(call => ViolationOf(call, calls, run, scenario)).OfType<string>()];
        }
        catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
        {
            violations = [failure.Message];
        }

        return (calls.Count(call => call.Failure is UserWriteOutcomeUnknownException), violations.Length == 0
            ? null
            : $"USERSTORE_SCHEDULE='{scenario.Name}:{schedule.Number}': {string.Join("; ", violations)}. {string.Join(" | ", run.Log)}");
    }

    private static string? ViolationOf(ScheduledCall call, ScheduledCall[] calls, ScheduledRun run, Scenario scenario)
    {
        int writes = call.Name.StartsWith("recreate", StringComparison.Ordinal) ? 2 : 1;
        // A create that arrives after the user was deleted finds what it requires: no user. Then it can be deleted again. docs/concepts.md names this limit.
        int mostWrites = scenario.DeletesCreatedUsers ? writes + scenario.MaxFaults : writes;
        bool othersWrote = run.HadBurst || calls.Any(other => other != call && other.Applied > 0);
        // Which of two callers deleted a user, and whether there was one, cannot be known.
        bool mayDoNothing = call.Name.StartsWith("delete", StringComparison.Ordinal) && call.Applied == 0 && (othersWrote || scenario.MayRefuseAlone);
        return call.Failure switch
        {
            null when (call.Applied < writes || call.Applied > mostWrites) && !mayDoNothing => $"{call.Name} was acknowledged and applied {call.Applied} times",
            UserWriteOutcomeUnknownException when call.Applied > mostWrites => $"{call.Name} is unknown and was applied {call.Applied} times",
            UserWriteOutcomeUnknownException when !call.HadFault => $"{call.Name} is unknown although it lost no response",
            null or UserWriteOutcomeUnknownException => null,
            UserAlreadyExistsException or UserValueInUseException or UserNotFoundException or UserConflictException or UserConditionFailedException
                => call.Applied >= writes && mostWrites == writes ? $"{call.Name} was refused and applied: {call.Failure.GetType().Name}"
                : !othersWrote && !scenario.MayRefuseAlone ? $"{call.Name} was refused although nobody else wrote: {call.Failure.GetType().Name}"
                : null,
            _ => $"{call.Name} failed: {call.Failure}",
        };
    }

    private Process NewProcess(UserStoreOptions options, TimeSpan skew)
    {
        var wire = new ScheduledWire();
        AmazonDynamoDBClient client = LocalServer.Shared.CreateClient(config => config.HttpClientFactory = wire);
        lock (_clients)
            _clients.Add(client);
        var clock = ScheduledClock.Of(skew);
        return new Process(
            new DynamoDbUserStore<User>(client, options, clock), new DynamoDbUserBatchWriter<User>(client, options, clock), wire);
    }
}
