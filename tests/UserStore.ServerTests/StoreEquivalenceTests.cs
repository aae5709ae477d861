using FsCheck;
using FsCheck.Fluent;
using UserStore.DynamoDb;
using UserStore.Testing;
using Xunit.Abstractions;

namespace UserStore.ServerTests;

/// <summary>Random sequences of calls run in memory and on the server, and must have the same results in every step.</summary>
/// <remarks>A failed run reports the shortest failing sequence and the seed; <c>USERSTORE_SEED</c> repeats the run.</remarks>
[Trait("Category", TestVolume.Category)]
public sealed class StoreEquivalenceTests(ITestOutputHelper output) : ServerTest
{
    private const int LongestSequence = 40;

    private static readonly int Sequences = TestVolume.Of(full: 500, usual: 30);
    private static readonly int FaultySequences = TestVolume.Of(full: 200, usual: 12);

    [Fact]
    public void A_sequence_of_calls_has_the_same_results_in_memory_and_on_the_server() => Check(Sequences, isFaulty: false);

    [Fact]
    public void A_sequence_of_calls_has_the_same_results_when_requests_fail()
    {
        Options.Retry.BaseDelay = TimeSpan.FromMilliseconds(1);
        Wire.Randomly(
            (int)TestSeed.Value,
            share: 0.25,
            WireFault.LostResponse,
            WireFault.Reset,
            WireFault.InternalServerError,
            WireFault.ServiceUnavailable,
            WireFault.Throttle,
            WireFault.TransactionConflict);

        Check(FaultySequences, isFaulty: true);
    }

    private void Check(int sequences, bool isFaulty)
    {
        output.WriteLine($"USERSTORE_SEED={TestSeed.Value}");
        Arbitrary<StoreOperation[]> arbitrary = Arb.From(StoreOperation.Sequences(LongestSequence), StoreOperation.Shrink);
        Config config = Config.QuickThrowOnFailure.WithMaxTest(sequences).WithQuietOnSuccess(true).WithReplay(TestSeed.Value, gamma: 1);
        try
        {
            Prop.ForAll(arbitrary, operations => RunAsync(operations, isFaulty).GetAwaiter().GetResult()).Check(config);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"USERSTORE_SEED={TestSeed.Value}: {failure.Message}", failure);
        }
    }

    private async Task RunAsync(StoreOperation[] operations, bool isFaulty)
    {
        var clock = new FakeClock();
        UserStoreOptions options = Stores.NewOptions();
        await new DynamoDbUserStore<AppUser>(Server.Client, options).EnsureTablesAsync();
        var onServer = new DynamoDbUserStore<AppUser>(Client, options, new DynamoDbStores.ClockWithRealTimers(clock));
        var inMemory = new InMemoryUserStore<AppUser>(new InMemoryUserStoreOptions { TimeProvider = clock });
        (Dictionary<string, AppUser> handOfServer, Dictionary<string, AppUser> handOfMemory) = ([], []);

        for (int step = 0; step < operations.Length; step++)
        {
            StoreOperation operation = operations[step];
            if (operation.Kind == "advance")
            {
                clock.Advance(TimeSpan.FromSeconds(Math.Abs(operation.Number)));
                continue;
            }

            string expected = await operation.RunAsync(inMemory, handOfMemory);
            string actual = await operation.RunAsync(isFaulty ? new LossyStore<AppUser>(onServer) : onServer, handOfServer);
            if (actual != expected && !(isFaulty && IsHonestDoubt(expected, actual)))
                throw new InvalidOperationException($"Step {step}, {operation}:\nin memory {expected}\non server {actual}");
        }

        string memoryState = await DescribeAsync(inMemory, new InMemoryUniqueValueAudit<AppUser>(inMemory));
        string serverState = await DescribeAsync(
            onServer, new DynamoDbUniqueValueAudit<AppUser>(Client, options, new DynamoDbStores.ClockWithRealTimers(clock)));
        if (serverState != memoryState)
            throw new InvalidOperationException($"At the end:\nin memory {memoryState}\non server {serverState}");
        await Server.Client.DeleteTableAsync(options.TableNamePrefix + "Users");
        await Server.Client.DeleteTableAsync(options.TableNamePrefix + "UserReservations");
    }

    // A lost response leaves undecided who deleted a user.
    private static bool IsHonestDoubt(string expected, string actual) => actual == "deleted"
        && expected.StartsWith(nameof(UserConflictException), StringComparison.Ordinal)
        && expected.EndsWith("UserWasDeleted=True", StringComparison.Ordinal);

    private static async Task<string> DescribeAsync(IUserStore<AppUser> store, IUniqueValueAudit<AppUser> audit)
    {
        List<AppUser> users = await store.ListAsync(new UserListOptions { Consistency = ReadConsistency.Strong }).ReadAllAsync();
        List<string> lines = [.. users.Select(StoreOperation.Describe)];
        for (int email = 0; email < StoreOperation.Emails; email++)
            lines.Add(StoreOperation.Describe(await store.FindByEmailAsync($"fake.{email}@example.test", ReadConsistency.Strong)));
        List<UniqueValueAuditPage> pages = await audit.RepairAsync().ReadAllAsync();
        lines.AddRange(pages.SelectMany(page => page.Findings).Select(finding => finding.ToString()));
        lines.Add($"{pages.Sum(page => page.Reservations)} reservations");
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }
}
