namespace UserStore.Migrations.Backfilling;

/// <summary>Estimates the remaining time of a scan from its speed since it started or resumed.</summary>
internal sealed class ScanProgress(TimeProvider time, long readBefore, long total)
{
    private readonly Lock _lock = new();
    private readonly long _started = time.GetTimestamp();
    private long _read;
    private TimeSpan _reportedAt;

    /// <summary>Adds items, and returns whether a report is due.</summary>
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
            // DynamoDB updates the item count of a table about every six hours: there may be more.
            long done = readBefore + _read;
            long all = Math.Max(total, done);
            TimeSpan? remaining = _read == 0 ? null : time.GetElapsedTime(_started) / _read * (all - done);
            return new MigrationProgress(activity, done, all, remaining);
        }
    }
}
