namespace UserStore.Batching;

/// <summary>Counts the outcomes of the items of a batch and reports failures and progress to the callbacks of the options.</summary>
internal sealed class BatchTally<T>(BatchWriteOptions<T> options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _notification = new(1);
    private readonly List<BatchItemFailure<T>> _failures = [];
    private readonly long _started = time.GetTimestamp();
    private long _lastProgress;
    private long _read;
    private long _written;
    private long _notFound;
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

    /// <summary>Counts an item that was read from the sequence and returns its position.</summary>
    public long AddRead()
    {
        lock (_lock)
            return _read++;
    }

    public void AddWritten(int count = 1)
    {
        lock (_lock)
            _written += count;
    }

    public void AddNotFound()
    {
        lock (_lock)
            _notFound++;
    }

    public void AddSuperseded()
    {
        lock (_lock)
            _superseded++;
    }

    public void AddRetry()
    {
        lock (_lock)
            _retried++;
    }

    /// <summary>Adds the capacity units that a request consumed.</summary>
    public void AddConsumedCapacity(double units)
    {
        lock (_lock)
            _capacity += units;
    }

    /// <summary>Records an item whose write failed with an exception.</summary>
    public ValueTask RecordErrorAsync(BatchItem<T> item, Exception failure) => failure switch
    {
        UserWriteOutcomeUnknownException unknown => RecordFailureAsync(item, BatchItemFailureReason.Unknown, unknown),
        OperationCanceledException => RecordFailureAsync(
            item, BatchItemFailureReason.Unknown, new UserWriteOutcomeUnknownException(item.Key!.Value, failure)),
        UserStoreException error => RecordFailureAsync(item, BatchItemFailureReason.Rejected, error),
        // Such as that of a client that was disposed. Nothing was sent, or the outcome would be unknown.
        _ => RecordFailureAsync(item, BatchItemFailureReason.Rejected, new UserStoreUnavailableException(
            $"The write of user '{item.Key}' could not be sent; the inner exception contains the reason.", failure, isTransient: false)),
    };

    public async ValueTask RecordFailureAsync(BatchItem<T> item, BatchItemFailureReason reason, UserStoreException? error = null)
    {
        var unwritten = new BatchItemFailure<T>(item.Position, item.Item, item.Key, reason, error);
        lock (_lock)
        {
            _ = reason switch
            {
                BatchItemFailureReason.Rejected => _rejected++,
                BatchItemFailureReason.Unknown => _unknown++,
                _ => _notAttempted++,
            };
            if (_failures.Count < BatchWriteResult<T>.MaxFailures)
                _failures.Add(unwritten);
        }

        if (options.OnItemFailed is null)
            return;
        await _notification.WaitAsync().ConfigureAwait(false);
        try
        {
            await options.OnItemFailed(unwritten).ConfigureAwait(false);
        }
        finally
        {
            _notification.Release();
        }
    }

    /// <summary>Reports the progress of the batch, unless it was reported within the last 100 milliseconds.</summary>
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
            long done = _written + _notFound + _superseded;
            long failed = _rejected + _unknown + _notAttempted;
            progress = new BatchProgress(_written + _notFound, failed, _retried, seconds > 0 ? (done + failed) / seconds : 0, isThrottled);
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
                NotFound = _notFound,
                Superseded = _superseded,
                Rejected = _rejected,
                Unknown = _unknown,
                NotAttempted = _notAttempted,
                Failures = [.. _failures],
                ConsumedCapacity = _capacity,
                CompletionReason = end,
                SequenceError = sequenceError,
            };
        }
    }

    public void Dispose() => _notification.Dispose();
}
