using UserStore.Batching;

namespace UserStore.Tests.Batching;

public sealed class AdaptiveLimitTests
{
    private readonly AdaptiveLimit _limit = new(maximum: 8);

    [Fact]
    public async Task No_more_requests_run_than_the_limit_allows()
    {
        await EnterAsync(8);

        Task<long> ninth = _limit.EnterAsync(default);
        ninth.IsCompleted.Should().BeFalse();
        _limit.Exit(wasThrottled: false);

        (await ninth).Should().Be(9);
    }

    [Fact]
    public async Task A_throttled_request_halves_the_limit_once_for_all_requests_that_started_before()
    {
        await EnterAsync(8);
        for (int request = 1; request <= 8; request++)
            _limit.RecordThrottling(request);
        ExitAll(8, wasThrottled: true);
        _limit.IsReduced.Should().BeTrue();

        await EnterAsync(4);
        Task<long> fifth = _limit.EnterAsync(default);
        fifth.IsCompleted.Should().BeFalse("the limit is four");

        _limit.RecordThrottling(9);
        ExitAll(3, wasThrottled: true);
        (await fifth).Should().Be(13, "two of now two may run");
    }

    [Fact]
    public async Task The_limit_never_falls_below_one_and_recovers_gradually()
    {
        for (int request = 1; request <= 10; request++)
        {
            await _limit.EnterAsync(default);
            _limit.RecordThrottling(request);
            _limit.Exit(wasThrottled: true);
        }

        await _limit.EnterAsync(default);
        _limit.Exit(wasThrottled: false);
        for (int done = 0; done < 40; done++)
        {
            await _limit.EnterAsync(default);
            _limit.Exit(wasThrottled: false);
        }

        _limit.IsReduced.Should().BeFalse();
        await EnterAsync(8);
    }

    [Fact]
    public async Task Waiting_stops_when_it_is_cancelled()
    {
        await EnterAsync(8);
        using var source = new CancellationTokenSource();

        Task waiting = _limit.EnterAsync(source.Token);
        await source.CancelAsync();

        Func<Task> end = () => waiting;
        await end.Should().ThrowAsync<OperationCanceledException>();
    }

    private async Task EnterAsync(int requests)
    {
        for (int i = 0; i < requests; i++)
            await _limit.EnterAsync(default);
    }

    private void ExitAll(int requests, bool wasThrottled)
    {
        for (int i = 0; i < requests; i++)
            _limit.Exit(wasThrottled);
    }
}
