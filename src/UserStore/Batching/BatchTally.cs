namespace UserStore.Batching;

/// <summary>Counts what becomes of the items of a batch, and tells it to those who want to know.</summary>
internal sealed class BatchTally<T>(BatchWriteOptions<T> options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _telling = new(1);
    private readonly List<BatchItemFailure<T>> _first = [];
    private readonly long _started = time.GetTimestamp();
    private long _lastProgress;
    private long _read;
    private long _written;
    private long _absent;
    private long _superseded;
    private long _rejected;
    private long _unknown;
    private long _notAttempted;
    private long _retried;
    private double _capacity;

    public bool HasFailures
    {
        get
        {
            lock (_lock)
                return _rejected + _unknown > 0;
        }
    }

    /// <summary>Counts an item that is taken from the sequence, and returns its place in it.</summary>
    public long Read()
    {
        lock (_lock)
            return _read++;
    }

    public void Written(int count = 1)
    {
        lock (_lock)
            _written += count;
    }

    public void Absent()
    {
        lock (_lock)
            _absent++;
    }

    public void Superseded()
    {
        lock (_lock)
            _superseded++;
    }

    public void Retried()
    {
        lock (_lock)
            _retried++;
    }

    /// <summary>Adds capacity units that a request consumed.</summary>
    public void Consumed(double units)
    {
        lock (_lock)
            _capacity += units;
    }

    /// <summary>Counts an item whose write ended with an error.</summary>
    public ValueTask FailedAsync(BatchItem<T> item, Exception failure) => failure switch
    {
        UserWriteOutcomeUnknownException unknown => RecordFailureAsync(item, BatchItemFailureReason.Unknown, unknown),
        OperationCanceledException => RecordFailureAsync(
            item, BatchItemFailureReason.Unknown, new UserWriteOutcomeUnknownException(item.UserId!, failure)),
        UserStoreException refusal => RecordFailureAsync(item, BatchItemFailureReason.Rejected, refusal),
        _ => throw new InvalidOperationException("A write of a batch failed in a way that no write may.", failure),
    };

    public async ValueTask RecordFailureAsync(BatchItem<T> item, BatchItemFailureReason reason, UserStoreException? error = null)
    {
        var unwritten = new BatchItemFailure<T>(item.Position, item.Item, item.UserId, reason, error);
        lock (_lock)
        {
            _ = reason switch
            {
                BatchItemFailureReason.Rejected => _rejected++,
                BatchItemFailureReason.Unknown => _unknown++,
                _ => _notAttempted++,
            };
            if (_first.Count < BatchWriteResult<T>.MaxFailures)
                _first.Add(unwritten);
        }

        if (options.OnItemFailed is null)
            return;
        await _telling.WaitAsync().ConfigureAwait(false);
        try
        {
            await options.OnItemFailed(unwritten).ConfigureAwait(false);
        }
        finally
        {
            _telling.Release();
        }
    }

    /// <summary>Tells how far the batch has come, unless that was told a moment ago.</summary>
    public void Report(bool isThrottled, bool isLast = false)
    {
        if (options.Progress is null)
            return;
        BatchProgress progress;
        lock (_lock)
        {
            long now = time.GetTimestamp();
            if (!isLast && time.GetElapsedTime(_lastProgress, now) < ProgressInterval && _lastProgress != 0)
                return;
            _lastProgress = now;
            double seconds = time.GetElapsedTime(_started, now).TotalSeconds;
            long done = _written + _absent + _superseded;
            long failed = _rejected + _unknown + _notAttempted;
            progress = new BatchProgress(_written + _absent, failed, _retried, seconds > 0 ? (done + failed) / seconds : 0, isThrottled);
        }

        options.Progress.Report(progress);
    }

    public BatchWriteResult<T> ToResult(BatchCompletionReason end, Exception? sequenceError)
    {
        lock (_lock)
        {
            return new BatchWriteResult<T>
            {
                Read = _read,
                Written = _written,
                NotFound = _absent,
                Superseded = _superseded,
                Rejected = _rejected,
                Unknown = _unknown,
                NotAttempted = _notAttempted,
                Failures = [.. _first],
                ConsumedCapacity = _capacity,
                CompletionReason = end,
                SequenceError = sequenceError,
            };
        }
    }

    public void Dispose() => _telling.Dispose();
}
