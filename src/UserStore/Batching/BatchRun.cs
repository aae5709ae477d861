using System.Runtime.ExceptionServices;

namespace UserStore.Batching;

/// <summary>Reads items from a sequence in windows and writes them with concurrent requests.</summary>
internal sealed class BatchRun<T>(BatchOperation<T> operation, BatchWriteOptions<T> options, TimeProvider time) : IDisposable
{
    private const int WindowSize = 100;
    private const int ConcurrencyLimit = 256;

    private readonly BatchTally<T> _tally = new(options, time);
    private readonly AdaptiveLimit _limit = new(options.MaxConcurrency);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _sentAll = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running = 1; // what reads the sequence, and each request that is being sent
    private Exception? _fatalError;

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static async Task<BatchWriteResult<T>> RunAsync(
        BatchOperation<T> operation,
        IAsyncEnumerable<T> items,
        BatchWriteOptions<T>? options,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        options ??= new BatchWriteOptions<T>();
        Check(options);
        using var run = new BatchRun<T>(operation, options, time);
        return await run.RunAsync(items, cancellationToken).ConfigureAwait(false);
    }

    private static void Check(BatchWriteOptions<T> options)
    {
        if (options.MaxConcurrency is < 1 or > ConcurrencyLimit)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.MaxConcurrency, $"{nameof(options.MaxConcurrency)} must be between 1 and {ConcurrencyLimit}.");
        }

        if (options.Timeout <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(options), options.Timeout, $"{nameof(options.Timeout)} must be greater than zero.");
        if (!Enum.IsDefined(options.Duplicates))
            throw new ArgumentOutOfRangeException(nameof(options), options.Duplicates, $"{nameof(options.Duplicates)} is not defined.");
        if (options.Retry?.Validate().FirstOrDefault() is { } problem)
            throw new ArgumentOutOfRangeException(nameof(options), problem);
    }

    private async Task<BatchWriteResult<T>> RunAsync(IAsyncEnumerable<T> items, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Timeout ?? Timeout.InfiniteTimeSpan, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(end.Token, _stop.Token);
        Exception? sequenceError = await ReadAsync(items, reading.Token, end.Token).ConfigureAwait(false);
        EndOne();
        await _sentAll.Task.ConfigureAwait(false);
        _tally.Report(_limit.IsReduced, isLast: true);
        if (_fatalError is not null)
            ExceptionDispatchInfo.Throw(_fatalError);

        BatchCompletionReason endedBy = cancellationToken.IsCancellationRequested ? BatchCompletionReason.Cancelled
            : timeout.IsCancellationRequested ? BatchCompletionReason.TimedOut
            : _stop.IsCancellationRequested ? BatchCompletionReason.StoppedOnFailure
            : sequenceError is not null ? BatchCompletionReason.SequenceFailed
            : BatchCompletionReason.Completed;
        return _tally.ToResult(endedBy, endedBy == BatchCompletionReason.SequenceFailed ? sequenceError : null);
    }

    public void Dispose()
    {
        _tally.Dispose();
        _stop.Dispose();
    }

    private async Task<Exception?> ReadAsync(IAsyncEnumerable<T> items, CancellationToken reading, CancellationToken end)
    {
        var window = new OrderedDictionary<UserKey, BatchItem<T>>();
        Exception? failure = null;
        try
        {
            await foreach (T item in items.WithCancellation(reading).ConfigureAwait(false))
            {
                await AddAsync(item, window).ConfigureAwait(false);
                if (window.Count == WindowSize)
                    await DispatchAsync(window, reading, end).ConfigureAwait(false);
                reading.ThrowIfCancellationRequested();
            }
        }
        catch (Exception error)
        {
            failure = error; // from the sequence, or because the batch ended; the completion reason distinguishes the two
        }

        await DispatchAsync(window, reading, end).ConfigureAwait(false);
        return failure;
    }

    private async Task AddAsync(T item, OrderedDictionary<UserKey, BatchItem<T>> window)
    {
        long position = _tally.AddRead();
        UserKey? given = operation.KeyOf(item);
        object prepared;
        UserKey key;
        try
        {
            if (item is null)
                throw new InvalidUserException("Item", "must not be null");
            (prepared, key) = operation.Prepare(item);
        }
        catch (Exception error)
        {
            // Whatever the item causes, the sequence is not to blame.
            await FailAsync(new BatchItem<T>(position, item, null, given), error as UserStoreException ?? new InvalidUserException(
                "Item", "cannot be prepared for writing; the inner exception contains the reason", error)).ConfigureAwait(false);
            return;
        }

        var added = new BatchItem<T>(position, item, prepared, key);
        if (window.TryAdd(key, added))
            return;
        if (options.Duplicates == BatchDuplicates.LastWins)
        {
            window[key] = added;
            _tally.AddSuperseded();
            return;
        }

        await FailAsync(added, new InvalidUserException(
            "Key", "occurs twice among the items of the batch that are not yet sent")).ConfigureAwait(false);
    }

    private async Task DispatchAsync(OrderedDictionary<UserKey, BatchItem<T>> window, CancellationToken reading, CancellationToken end)
    {
        BatchItem<T>[] items = [.. window.Values];
        window.Clear();
        if (items.Length == 0)
            return;
        foreach (IReadOnlyList<BatchItem<T>> group in operation.Group(items))
        {
            long number;
            try
            {
                number = await _limit.EnterAsync(reading).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                foreach (BatchItem<T> item in group)
                    await GuardAsync(() => _tally.RecordFailureAsync(item, BatchItemFailureReason.NotAttempted)).ConfigureAwait(false);
                continue;
            }

            Start(group, number, end);
        }
    }

    private void Start(IReadOnlyList<BatchItem<T>> group, long number, CancellationToken end)
    {
        Interlocked.Increment(ref _running);
        ThreadPool.QueueUserWorkItem(
            static sending => _ = sending.Run.SendAsync(sending.Group, sending.Number, sending.End),
            (Run: this, Group: group, Number: number, End: end),
            preferLocal: false);
    }

    // A batch has as many of these as requests, so that they allocate little; none of them throws.
    private async Task SendAsync(IReadOnlyList<BatchItem<T>> group, long number, CancellationToken end)
    {
        try
        {
            var request = new BatchRequest<T>(_tally, _limit, number, options.Retry);
            try
            {
                await operation.SendAsync(group, request, end).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                await EndAsync(error).ConfigureAwait(false);
            }

            _limit.Exit(request.WasThrottled);
            if (options.StopOnFirstFailure && _tally.HasFailures)
                await _stop.CancelAsync().ConfigureAwait(false);
            _tally.Report(_limit.IsReduced);
        }
        catch (Exception error)
        {
            _fatalError ??= error;
        }
        finally
        {
            EndOne();
        }
    }

    private void EndOne()
    {
        if (Interlocked.Decrement(ref _running) == 0)
            _sentAll.SetResult();
    }

    private async Task FailAsync(BatchItem<T> item, UserStoreException error)
    {
        await GuardAsync(() => _tally.RecordErrorAsync(item, error)).ConfigureAwait(false);
        if (options.StopOnFirstFailure)
            await _stop.CancelAsync().ConfigureAwait(false);
    }

    // An exception from the OnItemFailed callback ends the batch. Requests that are already in progress are still counted.
    private async Task GuardAsync(Func<ValueTask> action)
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            await EndAsync(error).ConfigureAwait(false);
        }
    }

    private async Task EndAsync(Exception error)
    {
        _fatalError ??= error;
        await _stop.CancelAsync().ConfigureAwait(false);
    }
}
