using System.Threading.Channels;
using UserStore.Testing;

namespace UserStore.TestKit;

/// <summary>A clock that reports each delay that starts, so that a test advances it only when the code under test waits.</summary>
public sealed class WatchedClock : TimeProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeClock _clock = new();
    private readonly Channel<TimeSpan> _delays = Channel.CreateUnbounded<TimeSpan>();
    private readonly Channel<TimeSpan> _timeouts = Channel.CreateUnbounded<TimeSpan>();
    private readonly Channel<(bool IsTimeout, TimeSpan Due)> _timers = Channel.CreateUnbounded<(bool IsTimeout, TimeSpan Due)>();

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();

    public override long GetTimestamp() => _clock.GetTimestamp();

    public void Advance(TimeSpan by) => _clock.Advance(by);

    /// <summary>Waits until a delay starts, and returns it.</summary>
    public Task<TimeSpan> NextDelayAsync() => _delays.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Waits until a source of cancellation tokens with a timeout is created, and returns the timeout.</summary>
    public Task<TimeSpan> NextTimeoutAsync() => _timeouts.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Waits until either starts. A delay of less than a millisecond starts no timer.</summary>
    public Task<(bool IsTimeout, TimeSpan Due)> NextTimerAsync() => _timers.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Waits until a delay starts, and ends it.</summary>
    public async Task<TimeSpan> PassDelayAsync()
    {
        TimeSpan delay = await NextDelayAsync();
        Advance(delay);
        return delay;
    }

    /// <summary>Forgets the delays and timeouts that were not waited for.</summary>
    public void Clear()
    {
        foreach (ChannelReader<TimeSpan> each in new[] { _delays.Reader, _timeouts.Reader })
        {
            while (each.TryRead(out _))
                continue;
        }

        while (_timers.Reader.TryRead(out _))
            continue;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = _clock.CreateTimer(callback, state, dueTime, period);
        bool isTimeout = state is CancellationTokenSource;
        (isTimeout ? _timeouts : _delays).Writer.TryWrite(dueTime);
        _timers.Writer.TryWrite((isTimeout, dueTime));
        return timer;
    }
}
