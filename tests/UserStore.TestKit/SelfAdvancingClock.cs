using Amazon.Runtime;
using UserStore.Testing;

namespace UserStore.TestKit;

/// <summary>A clock that advances to the next delay when everything else waits, so that a delay takes no longer than the other tasks
/// run.</summary>
/// <remarks>A timeout does not advance the clock, because no task waits for it to expire. It expires when a delay advances the clock beyond
/// it.</remarks>
public sealed class SelfAdvancingClock : TimeProvider, IDisposable
{
    // A resumed task requires a moment before it reads the clock, sends a request or waits again.
    private const int IdleTicks = 3;

    // Task.Delay drops fractions of a millisecond. Like a system timer, this timer fires late rather than early.
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(1);

    private readonly FakeClock _clock = new();
    private readonly Lock _lock = new();
    private readonly List<Delay> _delays = [];
    private readonly Timer _ticks;
    private int _uses;
    private int _usesAtLastTick;
    private int _idleTicks;
    private int _requests;

    public SelfAdvancingClock() => _ticks = new Timer(_ => OnTick());

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow()
    {
        Interlocked.Increment(ref _uses);
        return _clock.GetUtcNow();
    }

    public override long GetTimestamp()
    {
        Interlocked.Increment(ref _uses);
        return _clock.GetTimestamp();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _uses);
        if (state is CancellationTokenSource)
            return _clock.CreateTimer(_ => Start(callback, state), null, dueTime, period);
        var delay = new Delay(this, callback, state);
        delay.Change(dueTime, period);
        return delay;
    }

    /// <summary>Stops the clock while a request of a client is in progress.</summary>
    public void WaitFor(AmazonServiceClient client)
    {
        client.BeforeRequestEvent += (_, _) => Note(1);
        client.AfterResponseEvent += (_, _) => Note(-1);
        client.ExceptionEvent += (_, _) => Note(-1);
    }

    public void Dispose() => _ticks.Dispose();

    private void Note(int request)
    {
        Interlocked.Add(ref _requests, request);
        Interlocked.Increment(ref _uses);
    }

    private void OnTick()
    {
        lock (_lock)
        {
            int uses = Volatile.Read(ref _uses);
            _idleTicks = uses == _usesAtLastTick && Volatile.Read(ref _requests) <= 0 ? _idleTicks + 1 : 0;
            _usesAtLastTick = uses;
            if (_idleTicks < IdleTicks || _delays.Count == 0)
                return;
            _idleTicks = 0;
            DateTimeOffset now = _clock.GetUtcNow(), next = _delays.Min(delay => delay.Due);
            _clock.Advance(next > now ? next - now : TimeSpan.Zero);
            foreach (Delay ended in _delays.Where(delay => delay.Due <= next).ToList())
                Remove(ended); // a wait that ended while it was being added is still in the list
        }
    }

    // Runs on another thread, because the clock must not wait for the callbacks.
    private static void Start(TimerCallback callback, object? state) => ThreadPool.QueueUserWorkItem(_ => callback(state));

    private void Add(Delay delay, TimeSpan dueTime)
    {
        lock (_lock)
        {
            delay.Due = _clock.GetUtcNow() + dueTime;
            _delays.Add(delay);
            if (_delays.Count == 1)
                _ticks.Change(TickInterval, TickInterval);
        }
    }

    private void Remove(Delay delay)
    {
        lock (_lock)
        {
            if (_delays.Remove(delay) && _delays.Count == 0)
                _ticks.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class Delay : ITimer
    {
        private readonly SelfAdvancingClock _owner;
        private readonly ITimer _timer;

        public Delay(SelfAdvancingClock owner, TimerCallback callback, object? state)
        {
            _owner = owner;
            _timer = owner._clock.CreateTimer(
                _ =>
                {
                    owner.Remove(this);
                    Start(callback, state);
                },
                null,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
        }

        public DateTimeOffset Due { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period > TimeSpan.Zero)
                throw new NotSupportedException("A delay ends once.");
            _owner.Remove(this);
            if (dueTime == Timeout.InfiniteTimeSpan)
                return _timer.Change(dueTime, period);

            // In this order, so that the timer is due no later than the clock assumes.
            _timer.Change(dueTime + Resolution, period);
            _owner.Add(this, dueTime + Resolution);
            return true;
        }

        public void Dispose()
        {
            _owner.Remove(this);
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
