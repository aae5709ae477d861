using System.Diagnostics;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>The attempts of requests, and the failure of a call when all attempts fail.</summary>
public sealed class RetryTests : ServerTest
{
    private static readonly UserPatch<User> Birthday = new UserPatch<User>().Increment(user => user.Age, 1);

    public static TheoryData<WireFault> TransientFaults =>
    [
        WireFault.Throttle, WireFault.InternalServerError, WireFault.ServiceUnavailable, WireFault.Reset, WireFault.TransactionConflict,
    ];

    [Theory]
    [MemberData(nameof(TransientFaults))]
    public async Task A_transaction_is_retried_until_it_succeeds(WireFault fault)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        Sent();
        Wire.Next(fault, count: 3);

        await store.CreateAsync(FakeUsers.Create(1));

        Sent().Should().Equal("TransactWriteItems", "TransactWriteItems", "TransactWriteItems", "TransactWriteItems");
    }

    [Theory]
    [MemberData(nameof(TransientFaults))]
    public async Task A_write_outside_a_transaction_is_retried_unchanged_and_without_a_read(WireFault fault)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1) with { Age = 1 });
        Sent();
        Wire.Next(fault, "UpdateItem", count: 2);

        User updated = await store.UpdateAsync("fake-1", Birthday);

        updated.Age.Should().Be(2);
        Sent().Should().Equal("UpdateItem", "UpdateItem", "UpdateItem");
    }

    [Fact]
    public async Task A_batch_read_of_more_than_one_response_can_hold_needs_no_retries()
    {
        const int Count = 60;
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        for (int i = 0; i < Count; i++)
            await store.CreateAsync(new User { UserId = $"fake-{i}", Name = new string('x', 390_000) });
        Sent();
        Options.Retry.Timeout = TimeSpan.Zero;

        List<UserLookup<User>> lookups = await store.FindManyAsync(Enumerable.Range(0, Count).Select(i => $"fake-{i}")).ReadAllAsync();

        lookups.Should().HaveCount(Count).And.OnlyContain(lookup => lookup.User != null);
        Sent().Should().HaveCountGreaterThan(1, "a response is cut at 16 MB");
    }

    [Fact]
    public async Task A_read_is_retried_until_it_succeeds()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        Sent();
        Wire.Next(WireFault.Throttle, count: 2);
        Wire.Next(WireFault.LostResponse);

        (await store.FindAsync("fake-1")).Should().NotBeNull();

        Sent().Should().HaveCount(4).And.OnlyContain(operation => operation == "GetItem");
    }

    [Fact]
    public async Task Without_time_for_retries_there_is_one_attempt_because_SDK_retries_are_disabled()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        Options.Retry.Timeout = TimeSpan.Zero;
        Sent();
        Wire.Every(1, WireFault.Throttle);

        Func<Task>[] calls = [() => store.CreateAsync(FakeUsers.Create(1)), () => store.FindAsync("fake-1"), () => store.UpdateAsync("fake-1", Birthday)];
        foreach (Func<Task> call in calls)
            (await call.Should().ThrowAsync<UserStoreThrottledException>()).Which.IsTransient.Should().BeTrue();

        Wire.Operations.Should().HaveCount(calls.Length);
    }

    [Fact]
    public async Task A_client_of_the_service_keeps_its_retries_and_gets_no_additional_ones()
    {
        await CreateStoreAsync();
        using AmazonDynamoDBClient client = ServiceClient(retries: 2);
        var store = new DynamoDbUserStore<User>(client, Options, Stores.Time);
        Sent();
        Wire.Every(1, WireFault.Throttle);

        Func<Task> create = () => store.CreateAsync(FakeUsers.Create(1));
        Func<Task> find = () => store.FindAsync("fake-1");

        await create.Should().ThrowAsync<UserStoreThrottledException>();
        Sent().Should().Equal("TransactWriteItems", "TransactWriteItems", "TransactWriteItems");
        Wire.Every(1, WireFault.Throttle);
        await find.Should().ThrowAsync<UserStoreThrottledException>();
        Wire.Operations.Should().HaveCount(3);
    }

    [Theory]
    [InlineData(true, "TransactWriteItems")]
    [InlineData(false, "PutItem")]
    public async Task Requests_that_the_SDK_does_not_retry_are_retried_with_a_client_of_the_service(bool withEmail, string operation)
    {
        await CreateStoreAsync();
        using AmazonDynamoDBClient client = ServiceClient(retries: 2);
        var store = new DynamoDbUserStore<User>(client, Options, Stores.Time);
        Sent();
        Wire.Next(WireFault.TransactionConflict, count: 4);

        await store.CreateAsync(FakeUsers.Create(1) with { Email = withEmail ? "fake@example.test" : null });

        Sent().Should().Equal(Enumerable.Repeat(operation, 5));
    }

    [Fact]
    public async Task Retries_by_a_client_of_the_service_are_recognized()
    {
        await CreateStoreAsync();
        using AmazonDynamoDBClient client = ServiceClient(retries: 4);
        var store = new DynamoDbUserStore<User>(client, Options, Stores.Time);
        Wire.Every(2, WireFault.LostResponse, "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems");

        for (int i = 1; i <= 2; i++)
        {
            User user = await store.CreateAsync(FakeUsers.Create(i) with { Email = i % 2 == 0 ? $"fake.{i}@example.test" : null, Age = 0 });
            user = await store.UpdateAsync(user with { Name = "Fake Saved" });
            user = await store.UpdateAsync(user.UserId, new UserPatch<User>().Increment(u => u.Age, 1).ExpectVersion(2));
            user = await store.UpdateAsync(user with { Email = $"changed.{i}@example.test" });
            user = await store.UpdateAsync(user with { Email = null });
            (user.Age, user.Version).Should().Be((1, 5));
            (await store.DeleteAsync(user.UserId)).Should().Be(user);
        }
    }

    [Fact]
    public async Task The_last_failure_is_reported_when_the_timeout_expires()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        Options.Retry.Timeout = TimeSpan.FromMilliseconds(200);
        Sent();

        Wire.Every(1, WireFault.Throttle);
        (await EndAsync(() => store.CreateAsync(FakeUsers.Create(1)))).Should().BeOfType<UserStoreThrottledException>();
        Wire.Every(1, WireFault.TransactionConflict);
        (await EndAsync(() => store.CreateAsync(FakeUsers.Create(1)))).Should().BeOfType<UserStoreUnavailableException>()
            .Which.IsTransient.Should().BeTrue();
        Wire.Every(1, WireFault.ServiceUnavailable);
        (await EndAsync(() => store.FindAsync("fake-1"))).Should().BeOfType<UserStoreUnavailableException>().Which.IsTransient.Should().BeTrue();

        Sent().Should().HaveCountGreaterThan(6, "each was tried again");
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_without_response_before_the_timeout_has_an_unknown_outcome_and_names_its_user(bool withEmail)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        Options.Retry.Timeout = TimeSpan.FromMilliseconds(100);
        Wire.Every(1, WireFault.LostResponse);
        var unnamed = new User { Name = "Fake", Email = withEmail ? "fake@example.test" : null };

        var unknown = (UserWriteOutcomeUnknownException)await EndAsync(() => store.CreateAsync(unnamed));

        Wire.Clear();
        (await store.FindAsync(unknown.Key, ReadConsistency.Strong))!.Name.Should().Be("Fake", "it was applied");
        unknown.Message.Should().Contain(unknown.Key.ToString()).And.NotContain("example.test");
        unknown.InnerException.Should().NotBeNull();
        Func<Task> again = () => store.CreateAsync(unnamed with { UserId = unknown.Key.ToString() });
        await again.Should().ThrowAsync<UserAlreadyExistsException>();
    }

    [Fact]
    public async Task A_write_whose_response_was_lost_has_an_unknown_outcome_even_if_the_last_attempt_failed()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        Options.Retry.Timeout = TimeSpan.FromMilliseconds(100);
        Wire.Every(1, WireFault.Throttle);
        Wire.Next(WireFault.LostResponse);

        (await EndAsync(() => store.CreateAsync(FakeUsers.Create(1)))).Should().BeOfType<UserWriteOutcomeUnknownException>();
    }

    [Fact]
    public async Task An_attempt_that_hangs_is_abandoned_and_retried()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        Options.Retry.AttemptTimeout = TimeSpan.FromMilliseconds(200);
        Wire.Next(WireFault.Delay(TimeSpan.FromMinutes(1)), count: 2);
        long started = Stopwatch.GetTimestamp();

        await store.CreateAsync(FakeUsers.Create(1));

        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(20));
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().NotBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancellation_stops_a_call_immediately_during_an_attempt_and_during_a_pause(bool inPause)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        (Options.Retry.BaseDelay, Options.Retry.MaxDelay) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        Options.Retry.Timeout = TimeSpan.FromMinutes(5);
        using var source = new CancellationTokenSource();
        var met = new TaskCompletionSource();
        Wire.Every(1, inPause ? WireFault.Throttle : WireFault.Delay(TimeSpan.FromMinutes(1)));
        if (inPause)
            Wire.AfterFault = _ => Task.FromResult(met.TrySetResult());
        else
            Wire.BeforeRequest = _ => Task.FromResult(met.TrySetResult());
        long started = Stopwatch.GetTimestamp();

        Task<User> create = store.CreateAsync(FakeUsers.Create(1), source.Token);
        await met.Task;
        await source.CancelAsync();
        Func<Task> end = () => create;

        await end.Should().ThrowAsync<OperationCanceledException>();
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(20));
    }

    private static async Task<Exception> EndAsync(Func<Task> call)
    {
        long started = Stopwatch.GetTimestamp();
        Exception end = (await call.Should().ThrowAsync<UserStoreException>()).Which;
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(20));
        return end;
    }

    private AmazonDynamoDBClient ServiceClient(int retries) => new(new BasicAWSCredentials("local", "local"), new AmazonDynamoDBConfig
    {
        ServiceURL = Server.Endpoint.ToString(),
        AuthenticationRegion = "us-east-1",
        HttpClientFactory = Wire,
        MaxErrorRetry = retries,
    });
}
