using Microsoft.Extensions.Logging.Testing;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Sending;
using UserStore.Testing;

namespace UserStore.ServerTests.Writes;

/// <summary>With the kind of client that UserStore creates, a request is sent once for each attempt of the library, whatever the connection
/// does.</summary>
public sealed class ConnectionAttemptTests : ProxyTest
{
    private const int Retrying = 101;

    private readonly FakeLogCollector _log = new();

    public static TheoryData<WireFault> Faults =>
    [
        WireFault.Reset, WireFault.LostResponse, WireFault.ClosedConnection, WireFault.TruncatedResponse, WireFault.AbortedResponse,
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_failed_connection_is_one_attempt_and_its_retry_is_logged_and_counted(WireFault fault)
    {
        DynamoDbUserStore<User> store = await StoreAsync();
        using var telemetry = new TelemetryListener(Options.TableNamePrefix);
        (string Operation, Func<Task> Call)[] calls =
        [
            ("GetItem", () => store.FindAsync("fake-1")),
            ("Query", () => store.QueryPageAsync(new UserQuery<User>("status-index", UserStatus.Active))),
            ("PutItem", () => store.CreateAsync(new User { UserId = "fake-2" })),
            ("UpdateItem", () => store.UpdateAsync("fake-1", new UserPatch<User>().Increment(user => user.Age, 1))),
            ("TransactWriteItems", () => store.CreateAsync(FakeUsers.Create(3))),
        ];

        foreach ((string operation, Func<Task> call) in calls)
        {
            Wire.Next(fault, operation, count: 2);
            await call();
            Sent().Should().Equal(operation, operation, operation);
        }

        telemetry.Sum("userstore.retries").Should().Be(2 * (calls.Length - 1), "a transaction has no single table");
        _log.GetSnapshot().Count(entry => entry.Id.Id == Retrying).Should().Be(2 * calls.Length);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Without_time_for_retries_a_request_is_sent_once(WireFault fault)
    {
        DynamoDbUserStore<User> store = await StoreAsync();
        Options.Retry.Timeout = TimeSpan.Zero;
        Wire.Every(1, fault);

        await store.Invoking(each => each.FindAsync("fake-1")).Should().ThrowAsync<UserStoreUnavailableException>();
        await store.Invoking(each => each.UpdateAsync("fake-1", new UserPatch<User>().Increment(user => user.Age, 1)))
            .Should().ThrowAsync<UserWriteOutcomeUnknownException>();

        Sent().Should().Equal("GetItem", "UpdateItem", "GetItem");
    }

    private async Task<DynamoDbUserStore<User>> StoreAsync()
    {
        await CreateStoreAsync();
        await OtherProcess().CreateAsync(FakeUsers.Create(1));
        Sent();
        return new DynamoDbUserStore<User>(
            new StoreConnection(Connect(ClientKind.UserStore), Options, TimeProvider.System, new FakeLogger(_log, "UserStore")));
    }
}
