using UserStore.Batching;

namespace UserStore.Migrations.Backfilling;

/// <summary>Keeps the capacity that is consumed in a second, on average, to a limit: what was consumed is paid off before the next request
/// leaves.</summary>
internal sealed class CapacityRateLimiter(double? unitsPerSecond, TimeProvider time) : IRequestObserver
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(1); // timers take no more than 49

    private readonly Lock _lock = new();
    private readonly long _started = time.GetTimestamp();
    private TimeSpan _paidOffAt;

    /// <summary>Waits until what was consumed is paid off.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (Debt() is var debt && debt > TimeSpan.Zero)
            await Task.Delay(debt < MaxDelay ? debt : MaxDelay, time, cancellationToken).ConfigureAwait(false);
    }

    public void Consumed(double units)
    {
        if (unitsPerSecond is null)
            return;
        TimeSpan now = time.GetElapsedTime(_started);
        lock (_lock)
            _paidOffAt = (_paidOffAt > now ? _paidOffAt : now) + TimeSpan.FromSeconds(units / unitsPerSecond.Value);
    }

    public void Retrying(bool isThrottled)
    {
    }

    // Timers are no finer than a millisecond.
    private TimeSpan Debt()
    {
        lock (_lock)
            return TimeSpan.FromMilliseconds(Math.Ceiling((_paidOffAt - time.GetElapsedTime(_started)).TotalMilliseconds));
    }
}
