namespace UserStore.Migrations.Backfilling;

/// <summary>Estimates how long a walk still takes, from how fast it went since it began or was taken up again.</summary>
internal sealed class WalkProgress(TimeProvider time, long readBefore, long total)
{
    private readonly Lock _lock = new();
    private readonly long _started = time.GetTimestamp();
    private long _read;
    private TimeSpan _reportedAt;

    /// <summary>Adds items, and tells whether it is time to report.</summary>
    public bool IsDue(int items, TimeSpan interval)
    {
        lock (_lock)
        {
            _read += items;
            TimeSpan now = time.GetElapsedTime(_started);
            if (now - _reportedAt < interval)
                return false;
            _reportedAt = now;
            return true;
        }
    }

    public MigrationProgress ToProgress(string activity)
    {
        lock (_lock)
        {
            // DynamoDB counts the items of a table every six hours or so: there may be more.
            long done = readBefore + _read;
            long all = Math.Max(total, done);
            TimeSpan? remaining = _read == 0 ? null : time.GetElapsedTime(_started) / _read * (all - done);
            return new MigrationProgress(activity, done, all, remaining);
        }
    }
}
