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
            long done = readBefore + _read;
            // DynamoDB updates the item count of a table about every six hours: there may be more, and then it is not known how many.
            if (done > total)
                return new MigrationProgress(activity, done);
            TimeSpan? remaining = _read == 0 ? null : time.GetElapsedTime(_started) / _read * (total - done);
            return new MigrationProgress(activity, done, total, remaining);
        }
    }
}
