namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Records each pause and completes it immediately; the timeouts of attempts do not expire.</summary>
internal sealed class InstantTime : TimeProvider
{
    public List<TimeSpan> Pauses { get; } = [];

    public TimeSpan Elapsed { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Elapsed.Ticks;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero) + Elapsed;

    public void Advance(TimeSpan by) => Elapsed += by;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (state is CancellationTokenSource)
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
        Pauses.Add(dueTime);
        Elapsed += dueTime;
        return System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
