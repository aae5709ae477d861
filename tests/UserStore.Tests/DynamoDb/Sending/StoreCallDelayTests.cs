using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>The pauses of a call before it sends again what was left unprocessed, unread or overtaken.</summary>
public sealed class StoreCallDelayTests
{
    private readonly StoreCallBench _bench = new();

    [Fact]
    public async Task What_was_left_unprocessed_is_sent_again_after_a_pause_that_counts_as_a_throttle()
    {
        StoreCall call = _bench.Begin(isObserved: true);

        (await call.TryDelayForUnprocessedAsync("BatchWriteItem", _bench.Tables[0])).Should().BeTrue();

        _bench.Observed.Should().Equal("throttled");
        _bench.Log.GetSnapshot().Single().Message.Should().Be($"Retrying BatchWriteItem on {_bench.Table}: a part was left unprocessed.");
    }

    [Fact]
    public async Task What_another_writer_overtook_is_sent_again_after_a_pause_that_is_no_throttle()
    {
        StoreCall call = _bench.Begin(isObserved: true);

        (await call.TryDelayForOvertakenAsync("UpdateItem", _bench.Tables)).Should().BeTrue();

        _bench.Observed.Should().Equal("retry");
        _bench.Log.GetSnapshot().Single().Message.Should().Be($"Retrying UpdateItem on {_bench.Table}: another writer changed the user.");
    }

    [Fact]
    public async Task Nothing_is_sent_again_when_the_timeout_is_reached()
    {
        _bench.Options.Retry.Timeout = TimeSpan.Zero;
        StoreCall call = _bench.Begin();

        (await call.TryDelayForUnprocessedAsync("BatchWriteItem", _bench.Tables[0])).Should().BeFalse();
        (await call.TryDelayForOvertakenAsync("UpdateItem", _bench.Tables)).Should().BeFalse();
        (await call.TryDelayAsync()).Should().BeFalse();

        _bench.Logged.Should().Equal(StoreCallBench.GivenUp, StoreCallBench.GivenUp);
    }

    [Fact]
    public async Task The_timeout_counts_from_the_beginning_of_the_call()
    {
        StoreCall call = _bench.Begin();

        _bench.Time.Advance(_bench.Options.Retry.Timeout - TimeSpan.FromTicks(1));
        (await _bench.Begin().TryDelayAsync()).Should().BeTrue();
        _bench.Time.Advance(TimeSpan.FromTicks(1));

        (await call.TryDelayAsync()).Should().BeFalse();
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(10, 9)]
    public async Task Keys_are_read_on_without_a_pause_after_a_response_that_processed_some(int sent, int unread)
    {
        await _bench.Begin(isObserved: true).DelayUnreadAsync(_bench.Tables[0], sent, unread, total: 20);

        _bench.Observed.Should().BeEmpty();
        _bench.Time.Pauses.Should().BeEmpty();
    }

    [Fact]
    public async Task Keys_are_read_on_after_a_pause_if_the_response_processed_none_until_the_timeout()
    {
        StoreCall call = _bench.Begin(isObserved: true);
        await call.DelayUnreadAsync(_bench.Tables[0], sent: 10, unread: 10, total: 20);
        _bench.Observed.Should().Equal("throttled");
        _bench.Time.Advance(_bench.Options.Retry.Timeout);

        UserStoreThrottledException end = (await call.Invoking(each => each.DelayUnreadAsync(_bench.Tables[0], sent: 10, unread: 10, total: 20))
            .Should().ThrowAsync<UserStoreThrottledException>()).Which;

        end.Message.Should().Contain("left 10 of 20 keys unread");
        end.Operation.Should().Be("BatchGetItem");
        end.TableNames.Should().Equal(_bench.Table);
    }
}
