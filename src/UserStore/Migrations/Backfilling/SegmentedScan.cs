using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Running;

namespace UserStore.Migrations.Backfilling;

/// <summary>Processes an item.</summary>
/// <param name="item">The item.</param>
/// <param name="key">Its key.</param>
/// <param name="cancellationToken">A token to cancel the operation.</param>
/// <returns>Whether the item was changed.</returns>
internal delegate Task<bool> ItemProcessor(
    Dictionary<string, AttributeValue> item, Dictionary<string, AttributeValue> key, CancellationToken cancellationToken);

/// <summary>Scans a table in parallel segments, processes every item, and saves a checkpoint after every page.</summary>
internal sealed class SegmentedScan(MigrationAttempt attempt, string name, NamedTable table, BackfillOptions options)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    private readonly CapacityRateLimiter _reads = new(options.ReadUnitsPerSecond, attempt.Sender.Time);
    private readonly PoisonList _poison = new(attempt.Step.MigrationId, name, options.MaxPoisonItems);
    private readonly Lock _lock = new();
    private readonly int _totalSegments = attempt.IsDryRun ? 1 : options.TotalSegments; // a dry run reads the first page of the table
    private Checkpoint[] _checkpoints = [];
    private ScanProgress _progress = null!;
    private string[] _keyNames = [];

    /// <summary>Gets the rate limiter of writes.</summary>
    public CapacityRateLimiter Writes { get; } = new(options.WriteUnitsPerSecond, attempt.Sender.Time);

    /// <summary>Returns the names of the table's key attributes.</summary>
    public async Task<IReadOnlyList<string>> FindKeyNamesAsync(CancellationToken cancellationToken)
        => [.. (await DescribeAsync(cancellationToken).ConfigureAwait(false)).KeySchema.Select(key => key.AttributeName)];

    /// <param name="process">Processes each item.</param>
    /// <param name="cancellationToken">A token to cancel the scan, after the items in progress.</param>
    public async Task<BackfillResult> RunAsync(ItemProcessor process, CancellationToken cancellationToken)
    {
        if (!attempt.HasTables)
            return new BackfillResult(0, 0, []);
        TableDescription description = await DescribeAsync(cancellationToken).ConfigureAwait(false);
        _keyNames = [.. description.KeySchema.Select(key => key.AttributeName)];
        _checkpoints = new Checkpoint[_totalSegments];
        // All segments are claimed before the first item is read, so that an earlier runner can no longer save checkpoints.
        for (int segment = 0; segment < _totalSegments; segment++)
        {
            _checkpoints[segment] = await attempt.Checkpoints.ClaimAsync(
                name, segment, _totalSegments, cancellationToken).ConfigureAwait(false);
        }

        _progress = new ScanProgress(attempt.Sender.Time, _checkpoints.Sum(checkpoint => checkpoint.Read), description.ItemCount ?? 0);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // Poison items of earlier attempts may have been corrected.
            for (int segment = 0; segment < _totalSegments; segment++)
                await RetryPoisonAsync(segment, process, cancellationToken).ConfigureAwait(false);
            await Task.WhenAll(Enumerable.Range(0, _totalSegments).Select(async segment =>
            {
                try
                {
                    await RunSegmentAsync(segment, process, failed.Token).ConfigureAwait(false);
                }
                catch
                {
                    await failed.CancelAsync().ConfigureAwait(false);
                    throw;
                }
            })).ConfigureAwait(false);
        }
        finally
        {
            attempt.AddPoisonItems(_poison.Items.Count);
        }

        Report();
        if (_poison.Items.Count > 0)
            MigrationLog.PoisonRemains(attempt.Logger, name, attempt.Step.MigrationId, _poison.Items.Count);
        return new BackfillResult(
            _checkpoints.Sum(checkpoint => checkpoint.Read), _checkpoints.Sum(checkpoint => checkpoint.Changed), _poison.Items);
    }

    private async Task RunSegmentAsync(int segment, ItemProcessor process, CancellationToken cancellationToken)
    {
        while (!_checkpoints[segment].IsDone)
        {
            ScanPage page = await ScanAsync(segment, cancellationToken).ConfigureAwait(false);
            (long changed, List<PoisonItem> poison) = await ProcessAsync(page.Items, process, cancellationToken).ConfigureAwait(false);
            Checkpoint before = _checkpoints[segment];
            Checkpoint after = before with
            {
                Position = page.Next, // the key of a user is not kept once it is of no use
                IsDone = page.Next is null,
                Read = before.Read + page.Items.Count,
                Changed = before.Changed + changed,
                Poison = [.. before.Poison, .. poison],
                Failing = [],
            };
            if (poison.Count > 0 && _poison.IsOverLimit)
            {
                // The page is not done, but its poison items can be looked up, whichever segment fails first.
                await attempt.Checkpoints.SaveAsync(before with { Failing = poison }, before.Poison.Count, CancellationToken.None).ConfigureAwait(false);
                throw _poison.ToException();
            }

            await attempt.Checkpoints.SaveAsync(after, before.Poison.Count, cancellationToken).ConfigureAwait(false);
            _checkpoints[segment] = after;
            if (_progress.IsDue(page.Items.Count, ProgressInterval))
                Report();
            if (attempt.IsDryRun)
                return;
        }
    }

    private async Task<(long Changed, List<PoisonItem> Poison)> ProcessAsync(
        IEnumerable<Dictionary<string, AttributeValue>> items, ItemProcessor process, CancellationToken cancellationToken)
    {
        var poison = new List<PoisonItem>();
        long changed = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.MaxConcurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(items, parallel, async (item, token) =>
        {
            Dictionary<string, AttributeValue> key = KeyOf(item);
            try
            {
                await Writes.WaitAsync(token).ConfigureAwait(false);
                if (await process(item, key, token).ConfigureAwait(false))
                    Interlocked.Increment(ref changed);
            }
            catch (Exception failure) when (IsFailureOfItem(failure, token))
            {
                var found = new PoisonItem(key, FailureDescription.Of(failure))
                {
                    ConflictsWith = (failure as DuplicateUserIdException)?.OtherKey,
                };
                lock (_lock)
                    poison.Add(found);
                _poison.Add([found], failure);
            }
        }).ConfigureAwait(false);
        return (changed, poison);
    }

    private async Task RetryPoisonAsync(int segment, ItemProcessor process, CancellationToken cancellationToken)
    {
        Checkpoint before = _checkpoints[segment];
        if (before.Poison.Count == 0)
            return;
        (long changed, List<PoisonItem> left) = await ProcessAsync(
            before.Poison.Select(poison => new Dictionary<string, AttributeValue>(poison.Key, StringComparer.Ordinal)),
            async (_, key, token) => await attempt.Reader.FindAsync(attempt.Begin(token, _reads), table, key).ConfigureAwait(false) is { } item
                && await process(item, key, token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        Checkpoint after = before with { Changed = before.Changed + changed, Poison = left };
        await attempt.Checkpoints.SaveAsync(after, storedPoison: 0, cancellationToken).ConfigureAwait(false);
        _checkpoints[segment] = after;
        if (_poison.IsOverLimit)
            throw _poison.ToException();
    }

    private async Task<TableDescription> DescribeAsync(CancellationToken cancellationToken)
    {
        var request = new DescribeTableRequest { TableName = table.TableName };
        DescribeTableResponse response = await attempt.Begin(cancellationToken).SendAsync(
            "DescribeTable", [table], token => attempt.Client.DescribeTableAsync(request, token)).ConfigureAwait(false);
        return response.Table;
    }

    private async Task<ScanPage> ScanAsync(int segment, CancellationToken cancellationToken)
    {
        await _reads.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await attempt.Reader.ScanAsync(attempt.Begin(cancellationToken, _reads), table, new ScanRequest
        {
            Segment = segment,
            TotalSegments = _totalSegments,
            Limit = options.PageSize,
            ExclusiveStartKey = _checkpoints[segment].Position,
        }).ConfigureAwait(false);
    }

    private Dictionary<string, AttributeValue> KeyOf(Dictionary<string, AttributeValue> item)
        => _keyNames.ToDictionary(name => name, name => item[name], StringComparer.Ordinal);

    private void Report() => attempt.Progressed?.Invoke(_progress.ToProgress(name));

    // A failure of the store as a whole ends the migration, whichever item encounters it.
    private static bool IsFailureOfItem(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        MigrationException => false,
        UserStoreThrottledException or UserStoreUnavailableException or UserWriteOutcomeUnknownException => false,
        UserStoreSchemaException schema => schema.InnerException is not null and not Amazon.Runtime.AmazonServiceException,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => true,
    };
}
