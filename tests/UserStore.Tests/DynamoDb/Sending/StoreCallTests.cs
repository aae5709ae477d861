using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Moq;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Requests that may be applied twice: which failures are retried, and how the call ends.</summary>
public sealed class StoreCallTests
{
    private static readonly PutItemResponse Response = new() { ConsumedCapacity = new() { CapacityUnits = 2.5 } };
    private static readonly Exception Throttle = StoreCallBench.Service("ThrottlingException");
    private static readonly Exception Conflict = StoreCallBench.Service("TransactionConflictException");
    private static readonly Exception Lost = new IOException("as the test asked");

    private readonly StoreCallBench _bench = new();

    [Fact]
    public async Task A_request_is_retried_until_it_succeeds_and_each_retry_is_logged_with_its_reason()
    {
        PutItemResponse response = await _bench.Begin(isObserved: true).SendAsync(
            "PutItem", _bench.Tables, _bench.Respond(Throttle, Lost, Conflict, Response));

        response.Should().BeSameAs(Response);
        (_bench.Attempts, _bench.Time.Pauses.Count).Should().Match<(int, int)>(both => both.Item1 == 4 && both.Item2 <= 3);
        _bench.Observed.Should().Equal("throttled", "retry", "retry", "2.5 units");
        _bench.Log.GetSnapshot().Select(entry => entry.Message).Should().Equal(
            $"Retrying PutItem on {_bench.Table}: it was throttled.",
            $"Retrying PutItem on {_bench.Table}: no usable response was received.",
            $"Retrying PutItem on {_bench.Table}: it conflicted with a transaction.");
    }

    [Fact]
    public async Task A_response_without_capacity_consumed_none()
    {
        await _bench.Begin(isObserved: true).SendAsync("PutItem", _bench.Tables, _bench.Respond(new PutItemResponse()));
        await _bench.Begin(isObserved: true).SendAsync(
            "PutItem", _bench.Tables, _bench.Respond(new PutItemResponse { ConsumedCapacity = new() { TableName = "Users" } }));

        _bench.Observed.Should().Equal("0 units", "0 units");
    }

    [Fact]
    public async Task A_request_that_keeps_failing_ends_with_the_timeout_and_a_warning()
    {
        _bench.Options.Retry.Timeout = TimeSpan.FromSeconds(10);

        UserStoreThrottledException end = (await Sending(Throttle).Should().ThrowAsync<UserStoreThrottledException>()).Which;

        (end.InnerException, end.Operation).Should().Be((Throttle, "PutItem"));
        end.TableNames.Should().Equal(_bench.Table);
        _bench.Time.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(4)).And.BeLessThan(TimeSpan.FromSeconds(10));
        _bench.Logged.Should().Equal(Enumerable.Repeat(StoreCallBench.Retrying, _bench.Attempts - 1).Append(StoreCallBench.GivenUp));
    }

    [Fact]
    public async Task Without_a_timeout_there_is_one_attempt_and_no_report_of_the_missing_connection()
    {
        _bench.Options.Retry.Timeout = TimeSpan.Zero;
        var unreachable = new HttpRequestException(HttpRequestError.ConnectionError, "as the test asked");

        await Sending(unreachable).Should().ThrowAsync<UserStoreUnavailableException>();

        _bench.Attempts.Should().Be(1);
        _bench.Logged.Should().Equal(StoreCallBench.GivenUp);
    }

    [Fact]
    public async Task A_missing_connection_is_reported_at_the_first_attempt_and_again_after_a_minute()
    {
        var unreachable = new HttpRequestException(HttpRequestError.ConnectionError, "as the test asked");
        for (int call = 0; call < 3; call++)
        {
            if (call == 2)
                _bench.Time.Advance(TimeSpan.FromMinutes(1));
            _bench.Attempts = 0;
            await _bench.Begin().SendAsync("PutItem", _bench.Tables, _bench.Respond(unreachable, unreachable, Response));
        }

        _bench.Logged.Should().Equal(
            StoreCallBench.Unreachable,
            StoreCallBench.Retrying,
            StoreCallBench.Retrying,
            StoreCallBench.Retrying,
            StoreCallBench.Retrying,
            StoreCallBench.Unreachable,
            StoreCallBench.Retrying,
            StoreCallBench.Retrying);
        _bench.Log.GetSnapshot()[0].Message.Should().StartWith($"No connection to DynamoDB: PutItem on {_bench.Table} is retried for up to 00:00:30.");
    }

    [Fact]
    public async Task Other_failures_are_not_reported_as_a_missing_connection()
    {
        await _bench.Begin().SendAsync("PutItem", _bench.Tables, _bench.Respond(Lost, Response));

        _bench.Logged.Should().Equal(StoreCallBench.Retrying);
    }

    [Fact]
    public async Task A_refusal_is_translated_without_a_retry()
    {
        Exception refusal = StoreCallBench.Service("AccessDeniedException");

        UserStoreUnavailableException end = (await Sending(refusal).Should().ThrowAsync<UserStoreUnavailableException>()).Which;

        (end.InnerException, end.IsTransient, _bench.Attempts).Should().Be((refusal, false, 1));
        _bench.Log.GetSnapshot().Should().BeEmpty();
    }

    [Fact]
    public async Task Exceptions_of_the_store_and_mistakes_of_the_program_pass_unchanged()
    {
        var own = new UserStoreUnavailableException("as the test asked");
        var mistake = new InvalidOperationException("as the test asked");

        (await Sending(own).Should().ThrowAsync<UserStoreUnavailableException>()).Which.Should().BeSameAs(own);
        (await Sending(mistake).Should().ThrowAsync<InvalidOperationException>()).Which.Should().BeSameAs(mistake);

        _bench.Attempts.Should().Be(2);
    }

    [Fact]
    public async Task The_clock_of_the_host_is_corrected_once_without_a_pause()
    {
        Exception skewed = StoreCallBench.Service("RequestExpired");

        await _bench.Begin().SendAsync("PutItem", _bench.Tables, _bench.Respond(skewed, Response));
        (_bench.Attempts, _bench.Time.Pauses.Count).Should().Be((2, 0));
        _bench.Log.GetSnapshot().Single().Message.Should().Be($"Retrying PutItem on {_bench.Table}: the clock was corrected.");

        _bench.Attempts = 0;
        await Sending(skewed).Should().ThrowAsync<UserStoreUnavailableException>();
        _bench.Attempts.Should().Be(2);
    }

    [Fact]
    public async Task A_client_that_retries_by_itself_corrects_the_clock_by_itself()
    {
        _bench.OwnsRetries = false;

        await Sending(StoreCallBench.Service("RequestExpired")).Should().ThrowAsync<UserStoreUnavailableException>();

        _bench.Attempts.Should().Be(1);
        _bench.Log.GetSnapshot().Should().BeEmpty("nothing was given up that might have succeeded");
    }

    [Fact]
    public async Task A_client_that_retries_by_itself_gets_further_attempts_for_conflicts_only()
    {
        _bench.OwnsRetries = false;

        await _bench.Begin().SendAsync("PutItem", _bench.Tables, _bench.Respond(Conflict, Response));
        _bench.Attempts.Should().Be(2);
        _bench.Attempts = 0;
        await Sending(Throttle).Should().ThrowAsync<UserStoreThrottledException>();

        _bench.Attempts.Should().Be(1);
        _bench.Logged.Should().Equal(StoreCallBench.Retrying, StoreCallBench.GivenUp);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_it_sends_anything_sends_nothing()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        Func<Task> send = () => _bench.Begin(cancellationToken: cancel.Token).SendAsync("PutItem", _bench.Tables, _bench.Respond(Response));

        await send.Should().ThrowAsync<OperationCanceledException>();
        _bench.Attempts.Should().Be(0);
    }

    [Fact]
    public async Task However_a_cancelled_request_fails_the_caller_sees_the_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        Func<Task> send = () => _bench.Begin(cancellationToken: cancel.Token).SendAsync<PutItemResponse>("PutItem", _bench.Tables, _ =>
        {
            cancel.Cancel();
            throw Lost;
        });

        OperationCanceledException end = (await send.Should().ThrowAsync<OperationCanceledException>()).Which;

        (end.InnerException, end.CancellationToken).Should().Be((Lost, cancel.Token));
    }

    [Fact]
    public async Task A_refusal_that_arrives_after_the_cancellation_is_reported()
    {
        using var cancel = new CancellationTokenSource();
        Func<Task> send = () => _bench.Begin(cancellationToken: cancel.Token).SendAsync<PutItemResponse>("PutItem", _bench.Tables, _ =>
        {
            cancel.Cancel();
            throw StoreCallBench.Service("AccessDeniedException");
        });

        await send.Should().ThrowAsync<UserStoreUnavailableException>();
    }

    [Fact]
    public async Task An_invalid_request_is_explained_by_its_operation()
    {
        AmazonDynamoDBException invalid = StoreCallBench.Service("ValidationException");
        _bench.Client.Setup(client => client.DescribeTableAsync(_bench.Table, default)).ReturnsAsync(new DescribeTableResponse { Table = new() });
        var explained = new InvalidUserException("Name", "as the test asked");

        Func<Task> send = () => _bench.Begin().SendAsync("PutItem", _bench.Tables, _bench.Respond(invalid), failure =>
        {
            failure.Should().BeSameAs(invalid);
            return Task.FromResult<UserStoreException>(explained);
        });

        (await send.Should().ThrowAsync<InvalidUserException>()).Which.Should().BeSameAs(explained);
        explained.Operation.Should().Be("PutItem");
    }

    private Func<Task> Sending(Exception failure)
        => () => _bench.Begin().SendAsync("PutItem", _bench.Tables, _bench.Respond(failure));
}
