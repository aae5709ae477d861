using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Testing;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.Tests.Replication;

public sealed class UserChangeDispatchTimeoutTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly FakeClock _clock = new();
    private readonly FakeLogger<UserChangeDispatcher<User>> _logger = new();
    private readonly UserChangeDispatchOptions _options = new() { Timeout = Timeout, MaxConcurrency = 2, BaseDelay = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task After_the_timeout_changes_in_progress_are_canceled_and_no_other_is_begun()
    {
        var handler = new Handler((change, token) => change.SequenceNumber == "1" ? Task.CompletedTask : Task.Delay(-1, token));

        Task<UserChangeBatchResult> dispatch = DispatchAsync(handler, ["a", "b", "c", "d", "b", "d"]);
        await handler.BegunAsync("2", "3");
        _clock.Advance(Timeout);
        UserChangeBatchResult result = await dispatch;

        result.Handled.Should().Be(1);
        result.Failures.Select(failure => (failure.SequenceNumber, failure.Key.ToString(), failure.Failure?.GetType())).Should().Equal(
            ("2", "b", typeof(TimeoutException)), ("3", "c", typeof(TimeoutException)), ("4", "d", null), ("5", "b", null), ("6", "d", null));
        handler.Attempts.Should().BeEquivalentTo("1", "2", "3");
        _logger.Collector.GetSnapshot().Select(log => (log.Id.Id, log.GetStructuredStateValue("UserKey"))).Should().BeEquivalentTo(
            new[] { (301, "b"), (301, "c"), (302, "d") }, "the log names each user once");
    }

    [Fact]
    public async Task A_change_that_waits_for_its_retry_is_reported_with_its_failure()
    {
        _options.MaxAttempts = 10; // whose delays, of up to 10 seconds and twice as long after each attempt, do not end before the timeout
        var handler = new Handler((_, _) => throw new InvalidOperationException("Not today."));

        Task<UserChangeBatchResult> dispatch = DispatchAsync(handler, ["a"]);
        await handler.BegunAsync("1");
        _clock.Advance(Timeout);

        UserChangeFailure failure = (await dispatch).Failures.Should().ContainSingle().Subject;
        failure.Failure.Should().BeOfType<TimeoutException>().Which.InnerException.Should().BeOfType<InvalidOperationException>();
        failure.Failure!.Message.Should().Contain("00:00:30");
    }

    [Fact]
    public async Task A_handler_that_ends_shortly_after_the_timeout_has_handled_its_change()
    {
        var end = new TaskCompletionSource();
        var handler = new Handler((_, _) => end.Task);

        Task<UserChangeBatchResult> dispatch = DispatchAsync(handler, ["a", "a"]);
        await handler.BegunAsync("1");
        _clock.Advance(Timeout + TimeSpan.FromMilliseconds(900));
        dispatch.IsCompleted.Should().BeFalse();
        end.SetResult();

        UserChangeBatchResult result = await dispatch;
        (result.Handled, result.Failures.Single().SequenceNumber).Should().Be((1, "2"));
    }

    [Fact]
    public async Task A_handler_that_ignores_its_token_is_abandoned()
    {
        var end = new TaskCompletionSource();
        var handler = new Handler((_, _) => end.Task);

        Task<UserChangeBatchResult> dispatch = DispatchAsync(handler, ["a"]);
        await handler.BegunAsync("1");
        _clock.Advance(Timeout + TimeSpan.FromSeconds(1));
        UserChangeBatchResult result = await dispatch.WaitAsync(TimeSpan.FromSeconds(30));

        result.Failures.Single().Failure.Should().BeOfType<TimeoutException>();
        end.SetResult();
    }

    [Fact]
    public async Task Cancellation_by_the_caller_throws_also_after_the_timeout()
    {
        using var caller = new CancellationTokenSource();
        var end = new TaskCompletionSource();
        var handler = new Handler(async (_, token) =>
        {
            await end.Task;
            token.ThrowIfCancellationRequested();
        });

        Task<UserChangeBatchResult> dispatch = DispatchAsync(handler, ["a"], caller.Token);
        await handler.BegunAsync("1");
        _clock.Advance(Timeout);
        await caller.CancelAsync();
        end.SetResult();

        await dispatch.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Without_a_timeout_a_dispatch_takes_as_long_as_its_handlers()
    {
        _options.Timeout = null;
        var end = new TaskCompletionSource();
        var handler = new Handler((_, _) => end.Task);

        Task<UserChangeBatchResult> dispatch = DispatchAsync(handler, ["a"]);
        await handler.BegunAsync("1");
        _clock.Advance(TimeSpan.FromDays(1));
        dispatch.IsCompleted.Should().BeFalse();
        end.SetResult();

        (await dispatch).Handled.Should().Be(1);
    }

    private Task<UserChangeBatchResult> DispatchAsync(Handler handler, string[] userIds, CancellationToken cancellationToken = default)
    {
        var dispatcher = new UserChangeDispatcher<User>(
            new UserChangeReader<User>(new UserStoreOptions()), [handler], _options, _clock, _logger);
        return dispatcher.DispatchAsync([.. userIds.Select((userId, index) => Change(userId, $"{index + 1}"))], cancellationToken);
    }

    private static UserChangeRecord<User> Change(string userId, string number) => new(
        number,
        userId,
        new UserChange<User> { Kind = UserChangeKind.Inserted, Key = userId, NewUser = new User { UserId = userId }, SequenceNumber = number },
        null);

    private sealed class Handler(Func<UserChange<User>, CancellationToken, Task> handle) : IUserChangeHandler<User>
    {
        private readonly Channel<string> _begun = Channel.CreateUnbounded<string>();

        public ConcurrentQueue<string> Attempts { get; } = new();

        /// <summary>Waits until an attempt at each of the changes has begun.</summary>
        public async Task BegunAsync(params string[] numbers)
        {
            HashSet<string> missing = [.. numbers];
            while (missing.Count > 0)
                missing.Remove(await _begun.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        }

        public Task HandleAsync(UserChange<User> change, CancellationToken cancellationToken = default)
        {
            Attempts.Enqueue(change.SequenceNumber);
            _begun.Writer.TryWrite(change.SequenceNumber);
            return handle(change, cancellationToken);
        }
    }
}
