using System.Collections.Concurrent;
using System.Text;
using UserStore.Replication;

namespace UserStore.Tests.Replication;

public sealed class UserChangeDispatcherTests
{
    private readonly Handler _handler = new();

    [Fact]
    public async Task Changes_of_one_user_are_handled_in_order_and_those_of_other_users_concurrently()
    {
        var others = new TaskCompletionSource();
        _handler.OnChange = async change =>
        {
            // The first user waits for all others, so that they must not wait for it.
            if (change.Key == "fake-0")
                await others.Task.WaitAsync(TimeSpan.FromSeconds(30));
            else if (_handler.Handled.Count(handled => !handled.StartsWith("fake-0", StringComparison.Ordinal)) >= 6)
                others.TrySetResult();
        };

        UserChangeBatchResult result = await DispatchAsync([.. Enumerable.Range(0, 12).Select(i => Change($"fake-{i % 4}", i))]);

        (result.Handled, result.Failures.Count).Should().Be((12, 0));
        foreach (IGrouping<string, string> user in _handler.Handled.GroupBy(handled => handled.Split(' ')[0]))
            user.Select(handled => int.Parse(handled.Split(' ')[1], null)).Should().BeInAscendingOrder();
    }

    [Fact]
    public async Task A_change_that_fails_is_retried_and_then_reported_with_the_later_changes_of_its_user()
    {
        _handler.OnChange = change => change.SequenceNumber == "1" ? throw new TimeoutException() : Task.CompletedTask;

        UserChangeBatchResult result = await DispatchAsync(
            [Change("fake-1", 1), Change("fake-2", 2), Change("fake-1", 3), Change("fake-2", 4)]);

        result.Handled.Should().Be(2);
        result.Failures.Select(failure => (failure.SequenceNumber, failure.Key.ToString(), failure.Failure?.GetType())).Should().Equal(
            ("1", "fake-1", typeof(TimeoutException)), ("3", "fake-1", null));
        _handler.Handled.Count(handled => handled == "fake-1 1").Should().Be(3);
        _handler.Handled.Should().NotContain("fake-1 3");
        (await ResponseAsync(result)).Should().Be("""{"batchItemFailures":[{"itemIdentifier":"1"},{"itemIdentifier":"3"}]}""");
    }

    [Fact]
    public async Task A_change_that_succeeds_at_the_second_attempt_is_handled()
    {
        int tries = 0;
        _handler.OnChange = _ => ++tries == 1 ? throw new TimeoutException() : Task.CompletedTask;

        UserChangeBatchResult result = await DispatchAsync([Change("fake-1", 1)]);

        (result.Handled, tries).Should().Be((1, 2));
        (await ResponseAsync(result)).Should().Be("""{"batchItemFailures":[]}""");
    }

    [Fact]
    public async Task Records_that_cannot_be_read_are_reported_and_block_only_their_user()
    {
        var unknown = new UserChangeRecord<User>(null, null, null, new InvalidUserChangeException(null, "has no number."));
        var unreadable = new UserChangeRecord<User>("2", "fake-1", null, new InvalidUserChangeException("2", "cannot be read."));

        UserChangeBatchResult result = await DispatchAsync(
            [unknown, Change("fake-1", 1), unreadable, Change("fake-1", 3), Change("fake-2", 4), unknown]);

        result.Handled.Should().Be(2);
        result.Failures.Select(failure => failure.SequenceNumber).Should().Equal(null, "2", "3", null);
        (await ResponseAsync(result)).Should().StartWith("""{"batchItemFailures":[{"itemIdentifier":""},""");
    }

    [Fact]
    public async Task An_event_is_dispatched_and_cancellation_stops_it()
    {
        var dispatcher = new UserChangeDispatcher<User>(new UserChangeReader<User>(new UserStoreOptions()), [_handler]);
        string json = """
            {"Records":[{"eventName":"INSERT","dynamodb":{"SequenceNumber":"1",
            "Keys":{"user_id":{"S":"fake-1"}},"NewImage":{"user_id":{"S":"fake-1"}}}}]}
            """;

        UserChangeBatchResult result = await dispatcher.DispatchAsync(new MemoryStream(Encoding.UTF8.GetBytes(json)));

        (result.Handled, _handler.Handled.Single()).Should().Be((1, "fake-1 1"));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await dispatcher.Invoking(
            one => one.DispatchAsync([Change("fake-1", 1)], cancelled.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void Invalid_options_are_rejected()
    {
        UserChangeDispatchOptions[] wrong =
        [
            new() { MaxConcurrency = 0 }, new() { MaxConcurrency = 257 }, new() { MaxAttempts = 0 }, new() { MaxAttempts = 11 },
            new() { BaseDelay = TimeSpan.FromSeconds(-1) }, new() { Timeout = TimeSpan.FromMilliseconds(99) },
            new() { Timeout = TimeSpan.FromSeconds(15 * 60 + 1) },
        ];
        foreach (UserChangeDispatchOptions options in wrong)
            options.Invoking(one => NewDispatcher(one)).Should().Throw<ArgumentException>().WithMessage("*but must be between*");
    }

    private Task<UserChangeBatchResult> DispatchAsync(params UserChangeRecord<User>[] records)
        => NewDispatcher(new UserChangeDispatchOptions { BaseDelay = TimeSpan.Zero }).DispatchAsync(records);

    private UserChangeDispatcher<User> NewDispatcher(UserChangeDispatchOptions options)
        => new(new UserChangeReader<User>(new UserStoreOptions()), [_handler], options);

    private static UserChangeRecord<User> Change(string userId, int number) => new(
        $"{number}",
        userId,
        new UserChange<User> { Kind = UserChangeKind.Inserted, Key = userId, NewUser = new User { UserId = userId }, SequenceNumber = $"{number}" },
        null);

    private static async Task<string> ResponseAsync(UserChangeBatchResult result)
    {
        using var output = new MemoryStream();
        await result.WriteResponseAsync(output);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private sealed class Handler : IUserChangeHandler<User>
    {
        public ConcurrentQueue<string> Handled { get; } = new();

        public Func<UserChange<User>, Task> OnChange { get; set; } = _ => Task.CompletedTask;

        public Task HandleAsync(UserChange<User> change, CancellationToken cancellationToken = default)
        {
            Handled.Enqueue($"{change.Key} {change.SequenceNumber}");
            return OnChange(change);
        }
    }
}
