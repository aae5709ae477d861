using UserStore.Migrations.Backfilling;
using UserStore.Testing;

namespace UserStore.Tests.Migrations.Backfilling;

public sealed class CapacityRateLimiterTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task Consumed_capacity_delays_the_next_request()
    {
        var budget = new CapacityRateLimiter(10, _clock);
        await budget.WaitAsync(default);
        budget.Consumed(5);
        budget.Consumed(2.5);

        Task waiting = budget.WaitAsync(default);
        _clock.Advance(TimeSpan.FromMilliseconds(749));
        waiting.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Unused_capacity_is_not_accumulated()
    {
        var budget = new CapacityRateLimiter(10, _clock);
        _clock.Advance(TimeSpan.FromHours(1));
        budget.Consumed(10);

        Task waiting = budget.WaitAsync(default);
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        waiting.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        await waiting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Without_a_limit_requests_do_not_wait_and_a_wait_can_be_cancelled()
    {
        var unlimited = new CapacityRateLimiter(null, _clock);
        unlimited.Consumed(1e9);
        await unlimited.WaitAsync(default);

        var limited = new CapacityRateLimiter(1, _clock);
        limited.Consumed(1e9);
        using var cancel = new CancellationTokenSource();
        Task waiting = limited.WaitAsync(cancel.Token);
        await cancel.CancelAsync();
        await waiting.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }
}
