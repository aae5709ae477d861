using Amazon.DynamoDBv2.Model;
using Moq;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Writes that must not be applied twice: what is known of them after each failure.</summary>
public sealed class StoreCallWriteTests
{
    private static readonly PutItemResponse Response = new();
    private static readonly Exception Throttle = StoreCallBench.Service("ThrottlingException");
    private static readonly Exception Lost = new IOException("as the test asked");
    private static readonly UserKey Key = "fake-1";

    private readonly StoreCallBench _bench = new();
    private int _reads;

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_failed_condition_of_the_first_attempt_is_a_result(bool seesEveryAttempt, bool mayBeApplied)
    {
        _bench.SeesEveryAttempt = seesEveryAttempt;
        Exception failure = StoreCallBench.ConditionFailed();

        WriteResult<PutItemResponse> result = await WriteAsync(Key, failure);

        result.Should().Be(new WriteResult<PutItemResponse>(
            null, new ConditionFailure("PutItem", (ConditionalCheckFailedException)failure, ResponseWasLost: false, mayBeApplied)));
        _bench.Attempts.Should().Be(1);
    }

    [Fact]
    public async Task A_condition_that_fails_after_a_lost_response_may_be_that_of_an_applied_write()
    {
        ConditionFailure failure = (await WriteAsync(Key, Lost, Throttle, StoreCallBench.ConditionFailed())).Failure!;

        (failure.ResponseWasLost, failure.MayBeApplied, _bench.Attempts).Should().Be((true, true, 3));
    }

    [Fact]
    public async Task Two_lost_responses_are_not_taken_for_none()
        => (await WriteAsync(Key, Lost, Lost, StoreCallBench.ConditionFailed())).Failure!.ResponseWasLost.Should().BeTrue();

    [Fact]
    public async Task A_condition_that_fails_after_a_throttle_is_not_that_of_an_applied_write()
    {
        ConditionFailure failure = (await WriteAsync(Key, Throttle, StoreCallBench.ConditionFailed())).Failure!;

        (failure.ResponseWasLost, failure.MayBeApplied).Should().Be((false, false));
    }

    [Fact]
    public async Task A_write_is_retried_until_a_response_is_received()
    {
        WriteResult<PutItemResponse> result = await WriteAsync(Key, Lost, Throttle, Response);

        result.Should().Be(new WriteResult<PutItemResponse>(Response, null));
        (_bench.Attempts, _reads).Should().Be((3, 0));
    }

    [Fact]
    public async Task A_write_that_was_throttled_until_the_end_was_not_applied_and_is_not_read()
    {
        _bench.Options.Retry.Timeout = TimeSpan.Zero;

        Func<Task> write = () => ReadingAsync(wasApplied: true, Key, Throttle);

        (await write.Should().ThrowAsync<UserStoreThrottledException>()).Which.InnerException.Should().BeSameAs(Throttle);
        _reads.Should().Be(0);
    }

    [Fact]
    public async Task A_write_that_is_stored_needs_no_response()
    {
        _bench.Options.Retry.Timeout = TimeSpan.Zero;

        (await ReadingAsync(wasApplied: true, Key, Lost)).Should().Be(default(WriteResult<PutItemResponse>));

        _reads.Should().Be(1);
        _bench.Logged.Should().Equal(StoreCallBench.GivenUp);
    }

    [Fact]
    public async Task The_outcome_of_a_write_that_is_not_stored_yet_is_unknown()
    {
        _bench.Options.Retry.Timeout = TimeSpan.Zero;

        Func<Task> write = () => ReadingAsync(wasApplied: false, Key, Lost);

        UserWriteOutcomeUnknownException unknown = (await write.Should().ThrowAsync<UserWriteOutcomeUnknownException>()).Which;
        (unknown.Key, unknown.InnerException, unknown.Operation).Should().Be((Key, Lost, "PutItem"));
        unknown.TableNames.Should().Equal(_bench.Table);
        _bench.Log.GetSnapshot()[^1].Message.Should().Be(
            $"The outcome of PutItem on {_bench.Table} for user fake-1 is unknown. Read the user to see what is stored.");
        _bench.Logged.Should().Equal(StoreCallBench.GivenUp, StoreCallBench.OutcomeUnknown);
    }

    [Fact]
    public async Task The_outcome_of_a_write_whose_read_fails_is_unknown_for_that_reason()
    {
        _bench.Options.Retry.Timeout = TimeSpan.Zero;
        var unread = new UserStoreUnavailableException("as the test asked");

        Func<Task> write = () => ReadingAsync(() => throw unread, Key, Lost);

        (await write.Should().ThrowAsync<UserWriteOutcomeUnknownException>()).Which.InnerException.Should().BeSameAs(unread);
    }

    [Fact]
    public async Task A_read_of_a_write_can_be_cancelled()
    {
        _bench.Options.Retry.Timeout = TimeSpan.Zero;

        Func<Task> write = () => ReadingAsync(() => throw new OperationCanceledException(), Key, Lost);

        await write.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_write_that_belongs_to_no_user_is_unavailable_after_a_lost_response()
    {
        _bench.Options.Retry.Timeout = TimeSpan.Zero;

        Func<Task> write = () => WriteAsync(key: null, Lost);
        Func<Task> unread = () => ReadingAsync(() => throw new UserStoreUnavailableException("as the test asked"), key: null, Lost);

        (await write.Should().ThrowAsync<UserStoreUnavailableException>()).Which.InnerException.Should().BeSameAs(Lost);
        (await unread.Should().ThrowAsync<UserStoreUnavailableException>()).Which.InnerException.Should().BeSameAs(Lost);
        _bench.Logged.Should().Equal(StoreCallBench.GivenUp, StoreCallBench.GivenUp);
    }

    [Fact]
    public async Task A_client_that_retries_unseen_may_have_applied_a_write_before_it_was_throttled()
    {
        (_bench.OwnsRetries, _bench.SeesEveryAttempt) = (false, false);

        (await ReadingAsync(wasApplied: true, Key, Throttle)).Should().Be(default(WriteResult<PutItemResponse>));
        Func<Task> absent = () => ReadingAsync(wasApplied: false, Key, Throttle);
        await absent.Should().ThrowAsync<UserStoreThrottledException>();
        Func<Task> unread = () => ReadingAsync(() => throw new UserStoreUnavailableException("as the test asked"), Key, Throttle);
        await unread.Should().ThrowAsync<UserStoreThrottledException>();

        _reads.Should().Be(3);
    }

    [Fact]
    public async Task A_write_that_was_refused_is_not_read_although_the_client_retries_unseen()
    {
        (_bench.OwnsRetries, _bench.SeesEveryAttempt) = (false, false);

        Func<Task> write = () => ReadingAsync(wasApplied: true, Key, StoreCallBench.Service("AccessDeniedException"));

        await write.Should().ThrowAsync<UserStoreUnavailableException>();
        _reads.Should().Be(0);
    }

    [Fact]
    public async Task A_refusal_after_a_lost_response_leaves_the_outcome_unknown_and_is_inside()
    {
        Exception refusal = StoreCallBench.Service("AccessDeniedException");

        Func<Task> write = () => WriteAsync(Key, Lost, refusal);

        (await write.Should().ThrowAsync<UserWriteOutcomeUnknownException>()).Which.InnerException.Should().BeSameAs(refusal);
    }

    [Fact]
    public async Task A_rejection_as_invalid_after_a_lost_response_is_explained_inside()
    {
        Exception invalid = StoreCallBench.Service("ValidationException");
        _bench.Client.Setup(client => client.DescribeTableAsync(_bench.Table, default)).ReturnsAsync(new DescribeTableResponse { Table = new() });

        Func<Task> write = () => WriteAsync(Key, Lost, invalid);

        (await write.Should().ThrowAsync<UserWriteOutcomeUnknownException>()).Which.InnerException
            .Should().BeOfType<InvalidUserException>().Which.InnerException.Should().BeSameAs(invalid);
    }

    [Fact]
    public async Task Exceptions_of_the_store_and_mistakes_of_the_program_pass_unchanged()
    {
        var own = new UserStoreUnavailableException("as the test asked");
        var mistake = new InvalidOperationException("as the test asked");
        Func<Task> first = () => WriteAsync(Key, own), second = () => WriteAsync(Key, mistake), third = () => WriteAsync(Key, Lost, mistake);

        (await first.Should().ThrowAsync<UserStoreUnavailableException>()).Which.Should().BeSameAs(own);
        (await second.Should().ThrowAsync<InvalidOperationException>()).Which.Should().BeSameAs(mistake);

        _bench.Attempts = 0;
        (await third.Should().ThrowAsync<UserWriteOutcomeUnknownException>()).Which.InnerException.Should().BeSameAs(mistake);
    }

    [Fact]
    public async Task However_a_cancelled_write_fails_the_caller_sees_the_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        Func<Task> write = () => _bench.Begin(Key, cancellationToken: cancel.Token).WriteAsync<PutItemResponse>("PutItem", _bench.Tables, _ =>
        {
            cancel.Cancel();
            throw Lost;
        });

        (await write.Should().ThrowAsync<OperationCanceledException>()).Which.InnerException.Should().BeSameAs(Lost);
    }

    private Task<WriteResult<PutItemResponse>> WriteAsync(UserKey? key, params object[] responses)
        => _bench.Begin(key).WriteAsync("PutItem", _bench.Tables, _bench.Respond(responses));

    private Task<WriteResult<PutItemResponse>> ReadingAsync(bool wasApplied, UserKey? key, params object[] responses)
        => ReadingAsync(() => wasApplied, key, responses);

    private Task<WriteResult<PutItemResponse>> ReadingAsync(Func<bool> wasApplied, UserKey? key, params object[] responses)
        => _bench.Begin(key).WriteAsync("PutItem", _bench.Tables, _bench.Respond(responses), wasApplied: async () =>
        {
            _reads++;
            await Task.Yield();
            return wasApplied();
        });
}
