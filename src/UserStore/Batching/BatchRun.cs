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
    private readonly HashSet<Task> _running = [];
    private readonly Lock _lock = new();
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
        await Task.WhenAll(Running()).ConfigureAwait(false);
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
        var added = new BatchItem<T>(position, item, null, operation.KeyOf(item));
        try
        {
            if (item is null)
                throw new InvalidUserException("Item", "must not be null");
            (object prepared, UserKey key) = operation.Prepare(item);
            added = added with { Prepared = prepared, Key = key };
        }
        catch (Exception error)
        {
            // Whatever the item causes, the sequence is not to blame.
            await FailAsync(added, error as UserStoreException ?? new InvalidUserException(
                "Item", "cannot be prepared for writing; the inner exception contains the reason", error)).ConfigureAwait(false);
            return;
        }

        if (window.TryAdd(added.Key!.Value, added))
            return;
        if (options.Duplicates == BatchDuplicates.LastWins)
        {
            window[added.Key!.Value] = added;
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
        Task sending = Task.Run(() => SendAsync(group, number, end), CancellationToken.None);
        lock (_lock)
            _running.Add(sending);
        sending.ContinueWith(RemoveCompleted, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task SendAsync(IReadOnlyList<BatchItem<T>> group, long number, CancellationToken end)
    {
        var request = new BatchRequest<T>(_tally, _limit, number, options.Retry);
        try
        {
            await GuardAsync(() => new ValueTask(operation.SendAsync(group, request, end))).ConfigureAwait(false);
        }
        finally
        {
            _limit.Exit(request.WasThrottled);
            if (options.StopOnFirstFailure && _tally.HasFailures)
                await _stop.CancelAsync().ConfigureAwait(false);
            _tally.Report(_limit.IsReduced);
        }
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
            _fatalError ??= error;
            await _stop.CancelAsync().ConfigureAwait(false);
        }
    }

    private Task[] Running()
    {
        lock (_lock)
            return [.. _running];
    }

    private void RemoveCompleted(Task sent)
    {
        lock (_lock)
            _running.Remove(sent);
    }
}
