using UserStore.Batching;

namespace UserStore.Migrations.Backfilling;

/// <summary>Limits the capacity that is consumed per second, on average: delays the next request until the capacity consumed so far is within
/// the limit.</summary>
/// <param name="unitsPerSecond">The limit; null for none.</param>
/// <param name="time">The clock.</param>
internal sealed class CapacityRateLimiter(double? unitsPerSecond, TimeProvider time) : IRequestObserver
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(1); // timers support at most 49

    private readonly Lock _lock = new();
    private readonly long _started = time.GetTimestamp();
    private TimeSpan _availableAt;

    /// <summary>Waits until the capacity consumed so far is within the limit.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (RemainingDelay() is var delay && delay > TimeSpan.Zero)
            await Task.Delay(delay < MaxDelay ? delay : MaxDelay, time, cancellationToken).ConfigureAwait(false);
    }

    public void Consumed(double units)
    {
        if (unitsPerSecond is null)
            return;
        TimeSpan now = time.GetElapsedTime(_started);
        lock (_lock)
            _availableAt = (_availableAt > now ? _availableAt : now) + TimeSpan.FromSeconds(units / unitsPerSecond.Value);
    }

    public void Retrying(bool isThrottled)
    {
    }

    // Timers have a resolution of one millisecond.
    private TimeSpan RemainingDelay()
    {
        lock (_lock)
            return TimeSpan.FromMilliseconds(Math.Ceiling((_availableAt - time.GetElapsedTime(_started)).TotalMilliseconds));
    }
}
