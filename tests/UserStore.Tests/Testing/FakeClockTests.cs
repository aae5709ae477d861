using UserStore.Testing;

namespace UserStore.Tests.Testing;

public sealed class FakeClockTests
{
    [Fact]
    public void Time_does_not_go_back_when_a_callback_advances_it()
    {
        var clock = new FakeClock();
        DateTimeOffset start = clock.GetUtcNow();
        using ITimer timer = clock.CreateTimer(
            _ => clock.Advance(TimeSpan.FromSeconds(10)), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        clock.Advance(TimeSpan.FromSeconds(2));

        clock.GetUtcNow().Should().Be(start.AddSeconds(11));
    }

    [Fact]
    public void Time_stands_still_until_it_is_advanced()
    {
        FakeClock clock = new(DateTimeOffset.UnixEpoch);
        long start = clock.GetTimestamp();

        clock.Advance(TimeSpan.FromSeconds(90));

        clock.GetUtcNow().Should().Be(DateTimeOffset.UnixEpoch.AddSeconds(90));
        clock.GetElapsedTime(start).Should().Be(TimeSpan.FromSeconds(90));
        Action back = () => clock.Advance(TimeSpan.FromTicks(-1));
        back.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_time_and_see_it()
    {
        FakeClock clock = new(DateTimeOffset.UnixEpoch);
        List<(string Name, double At)> fired = [];
        using ITimer late = Timer("late", 3, Timeout.InfiniteTimeSpan);
        using ITimer often = Timer("often", 1, TimeSpan.FromSeconds(2));
        ITimer stopped = Timer("stopped", 2, Timeout.InfiniteTimeSpan);
        stopped.Dispose();

        clock.Advance(TimeSpan.FromSeconds(5));

        fired.Should().Equal(("often", 1), ("late", 3), ("often", 3), ("often", 5));

        ITimer Timer(string name, int seconds, TimeSpan period)
            => clock.CreateTimer(
                _ => fired.Add((name, (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds)),
                null,
                TimeSpan.FromSeconds(seconds),
                period);
    }

    [Fact]
    public async Task Delays_end_when_the_clock_reaches_them()
    {
        FakeClock clock = new();
        Task delay = Task.Delay(TimeSpan.FromMinutes(1), clock);

        clock.Advance(TimeSpan.FromSeconds(59));
        delay.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(1));

        await delay;
    }
}
