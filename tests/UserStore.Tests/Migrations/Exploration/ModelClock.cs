using UserStore.Testing;

namespace UserStore.Tests.Migrations.Exploration;

/// <summary>A clock on which short waits, such as those for the lock, end at once and advance the time. Longer ones, such as those between the
/// renewals of a lease, end when the time has come.</summary>
internal sealed class ModelClock : TimeProvider
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly FakeClock _clock = new();

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();

    public override long GetTimestamp() => _clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        // On another thread, because the clock must not wait for what the callback continues.
        ITimer timer = _clock.CreateTimer(_ => ThreadPool.QueueUserWorkItem(_ => callback(state)), null, dueTime, period);
        if (dueTime >= TimeSpan.Zero && dueTime <= LongestWait && state is not CancellationTokenSource)
            ThreadPool.QueueUserWorkItem(_ => _clock.Advance(dueTime + TimeSpan.FromMilliseconds(1)));
        return timer;
    }
}
