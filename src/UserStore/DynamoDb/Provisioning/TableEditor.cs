using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Provisioning;

/// <summary>
/// Changes the parts of one table, each only if it differs from the desired state, and waits until the whole table is active again. Safe to run
/// concurrently in several processes, and to run again after a process was interrupted.
/// </summary>
internal sealed class TableEditor(
    IAmazonDynamoDB client, NamedTable table, TimeSpan timeout, RequestSender sender, CancellationToken cancellationToken)
{
    private static readonly TimeSpan BaseDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);

    private readonly long _started = sender.Time.GetTimestamp();
    private TableDescription? _seen;
    private bool _hasLooked;
    private bool _hasCreated;
    private Exception? _busy;

    /// <summary>Returns the table as soon as it and its indexes are active, or null if it does not exist.</summary>
    public async Task<TableDescription?> FindAsync()
    {
        TimeSpan delay = BaseDelay;
        while (true)
        {
            _seen = await DescribeAsync().ConfigureAwait(false);
            _hasLooked = true;
            if (_seen is null || IsActive(_seen))
                return _seen;
            if (_seen.TableStatus == TableStatus.INACCESSIBLE_ENCRYPTION_CREDENTIALS)
                throw new UserStoreSchemaException(table.TableName, null, TableDifference.OfStatus(_seen.TableStatus.Value));
            await DelayAsync(delay).ConfigureAwait(false);
            delay = Next(delay);
        }
    }

    public async Task<TableDescription> EnsureTableAsync(CreateTableRequest definition) => (await EnsureAsync(
        "CreateTable",
        found => found is not null,
        async (_, token) =>
        {
            await client.CreateTableAsync(definition, token).ConfigureAwait(false);
            _hasCreated = true;
            return true;
        }).ConfigureAwait(false))!;

    /// <exception cref="UserStoreSchemaException">The table has deletion protection.</exception>
    public Task EnsureNoTableAsync() => EnsureAsync(
        "DeleteTable",
        found => found?.DeletionProtectionEnabled == true
            ? throw new UserStoreSchemaException(
                table.TableName,
                null,
                "has deletion protection and was not deleted. To delete the table with all its items, disable its deletion protection first.")
            : found is null,
        (_, token) => client.DeleteTableAsync(table.TableName, token));

    /// <param name="indexName">The index.</param>
    /// <param name="toRequest">Creates the request that adds the index to the existing table.</param>
    public async Task<TableDescription> EnsureIndexAsync(string indexName, Func<TableDescription, UpdateTableRequest> toRequest)
        => (await EnsureAsync(
            "UpdateTable",
            found => HasIndex(Existing(found), indexName),
            (found, token) => client.UpdateTableAsync(toRequest(Existing(found)), token)).ConfigureAwait(false))!;

    public Task EnsureNoIndexAsync(string indexName)
    {
        var request = new UpdateTableRequest
        {
            TableName = table.TableName,
            GlobalSecondaryIndexUpdates = [new() { Delete = new DeleteGlobalSecondaryIndexAction { IndexName = indexName } }],
        };
        return EnsureAsync(
            "UpdateTable", found => !HasIndex(Existing(found), indexName), (_, token) => client.UpdateTableAsync(request, token));
    }

    /// <exception cref="UserStoreSchemaException">The table has a stream with another view type.</exception>
    public async Task EnsureStreamAsync(StreamSpecification stream)
    {
        var request = new UpdateTableRequest { TableName = table.TableName, StreamSpecification = stream };
        TableDescription? found = await EnsureAsync(
            "UpdateTable",
            found => Existing(found).StreamSpecification?.StreamEnabled == true,
            (_, token) => client.UpdateTableAsync(request, token)).ConfigureAwait(false);
        if (TableDifference.OfStream(table.TableName, found!.StreamSpecification, stream) is { } difference)
            throw difference;
    }

    /// <exception cref="UserStoreSchemaException">Time to live is enabled on another attribute.</exception>
    public Task EnsureTimeToLiveAsync(string attribute)
    {
        var request = new UpdateTimeToLiveRequest
        {
            TableName = table.TableName,
            TimeToLiveSpecification = new TimeToLiveSpecification { AttributeName = attribute, Enabled = true },
        };
        return EnsureSettingAsync(
            "UpdateTimeToLive", () => HasTimeToLiveAsync(attribute), token => client.UpdateTimeToLiveAsync(request, token));
    }

    /// <exception cref="UserStoreSchemaException">The table cannot have the setting.</exception>
    public Task EnsureAsync(TableSetting setting) => EnsureAsync(
        "UpdateTable",
        found => setting.DifferenceOf(table.TableName, Existing(found)) is not { } difference
            || (setting.IsImpossible(found!) ? throw difference : false),
        (found, token) => client.UpdateTableAsync(setting.ToChange(table.TableName, Existing(found)), token));

    /// <summary>Sets the tags that the table lacks, or that have another value there. A table that this instance created has them.</summary>
    public Task EnsureTagsAsync(TableSettings settings)
    {
        if (_hasCreated)
            return Task.CompletedTask;
        string arn = Existing(_seen).TableArn ?? table.TableName;
        List<Tag> missing = [];
        return EnsureSettingAsync(
            "TagResource",
            async () => (missing = settings.MissingTags(await FindTagsAsync(arn).ConfigureAwait(false))).Count == 0,
            token => client.TagResourceAsync(new TagResourceRequest { ResourceArn = arn, Tags = missing }, token));
    }

    public Task EnsurePointInTimeRecoveryAsync(int? days)
    {
        var request = new UpdateContinuousBackupsRequest
        {
            TableName = table.TableName,
            PointInTimeRecoverySpecification = new PointInTimeRecoverySpecification { PointInTimeRecoveryEnabled = true, RecoveryPeriodInDays = days },
        };
        return EnsureSettingAsync(
            "UpdateContinuousBackups",
            () => HasPointInTimeRecoveryAsync(days),
            token => client.UpdateContinuousBackupsAsync(request, token));
    }

    /// <summary>Changes a setting that does not keep the table from being active, unless it is in the desired state.</summary>
    private async Task EnsureSettingAsync<TResponse>(
        string operation, Func<Task<bool>> isDesiredAsync, Func<CancellationToken, Task<TResponse>> change)
    {
        UserStoreSchemaException? rejection = null;
        TimeSpan delay = BaseDelay;
        while (!await isDesiredAsync().ConfigureAwait(false))
        {
            // A rejection counts only if no other process made the change in the meantime.
            if (rejection is not null)
                throw rejection;
            (bool isDone, rejection) = await ChangeAsync(operation, change).ConfigureAwait(false);
            if (isDone)
                return;
            await DelayAsync(delay).ConfigureAwait(false);
            delay = Next(delay);
        }
    }

    /// <summary>Changes the table unless it is in the desired state, and returns its description once all of it is active.</summary>
    private async Task<TableDescription?> EnsureAsync<TResponse>(
        string operation, Func<TableDescription?, bool> isDesired, Func<TableDescription?, CancellationToken, Task<TResponse>> change)
    {
        if (!_hasLooked)
            await FindAsync().ConfigureAwait(false);
        UserStoreSchemaException? rejection = null;
        for (int attempt = 1; !isDesired(_seen); attempt++)
        {
            // A rejection counts only if no other process made the change in the meantime.
            if (rejection is not null)
                throw rejection;
            (bool isDone, rejection) = await ChangeAsync(operation, token => change(_seen, token)).ConfigureAwait(false);
            // A server that accepts the change without making it must not be asked without end.
            if (!isDone || attempt > 1)
                await DelayAsync(BaseDelay).ConfigureAwait(false);
            await FindAsync().ConfigureAwait(false);
        }

        return _seen;
    }

    private async Task<bool> HasTimeToLiveAsync(string attribute)
    {
        var request = new DescribeTimeToLiveRequest { TableName = table.TableName };
        DescribeTimeToLiveResponse response = await SendAsync(
            "DescribeTimeToLive", token => client.DescribeTimeToLiveAsync(request, token)).ConfigureAwait(false);
        TimeToLiveDescription? actual = response.TimeToLiveDescription;
        if (TableDifference.TimeToLiveAttributeOf(actual) is null)
            return false;
        return TableDifference.OfTimeToLive(table.TableName, actual, attribute) is { } difference ? throw difference : true;
    }

    private Task<bool> HasPointInTimeRecoveryAsync(int? days)
    {
        var request = new DescribeContinuousBackupsRequest { TableName = table.TableName };
        return SendAsync("DescribeContinuousBackups", async token =>
        {
            try
            {
                DescribeContinuousBackupsResponse response = await client.DescribeContinuousBackupsAsync(request, token).ConfigureAwait(false);
                return TableDifference.HasPointInTimeRecovery(response.ContinuousBackupsDescription, days);
            }
            catch (TableNotFoundException)
            {
                return false; // the service that manages backups learns of a new table later, and a dry run has only recorded it
            }
        });
    }

    private Task<List<Tag>> FindTagsAsync(string arn) => TagReader.ReadAsync(
        arn, request => SendAsync("ListTagsOfResource", token => client.ListTagsOfResourceAsync(request, token)));

    private static TimeSpan Next(TimeSpan delay) => delay * 2 < MaxDelay ? delay * 2 : MaxDelay;

    private Task DelayAsync(TimeSpan delay)
        => sender.Time.GetElapsedTime(_started) < timeout
            ? Task.Delay(delay, sender.Time, cancellationToken)
            : throw new UserStoreUnavailableException(
                _busy is null
                    ? $"Table '{table.TableName}' did not become active within {timeout}. DynamoDB continues in the background; call again."
                    : $"Table '{table.TableName}' did not reach its definition within {timeout}, and DynamoDB rejected the last change for now; the inner "
                        + "exception contains the reason. Call again later.",
                _busy);

    private TableDescription Existing(TableDescription? found)
        => found ?? throw new UserStoreSchemaException(table.TableName, null, "does not exist. Create it first, or correct the name.");

    private static bool HasIndex(TableDescription found, string indexName)
        => found.GlobalSecondaryIndexes?.Exists(index => index.IndexName == indexName) == true;

    // A change of the key continues after the table is active again, and DynamoDB accepts no other change until it ends.
    private static bool IsActive(TableDescription found) => found.TableStatus == TableStatus.ACTIVE
        && found.SSEDescription?.Status != SSEStatus.UPDATING
        && (found.GlobalSecondaryIndexes ?? []).TrueForAll(index => index.IndexStatus is null || index.IndexStatus == IndexStatus.ACTIVE);

    private Task<TableDescription?> DescribeAsync() => SendAsync("DescribeTable", async token =>
    {
        try
        {
            return (await client.DescribeTableAsync(table.TableName, token).ConfigureAwait(false)).Table;
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
    });

    /// <summary>Sends a change. Returns whether DynamoDB accepted it and, if DynamoDB rejected it as invalid, the reason.</summary>
    private Task<(bool IsDone, UserStoreSchemaException? Rejection)> ChangeAsync<TResponse>(
        string operation, Func<CancellationToken, Task<TResponse>> change)
        => SendAsync<(bool, UserStoreSchemaException?)>(operation, async token =>
        {
            try
            {
                await change(token).ConfigureAwait(false);
                _busy = null;
                return (true, null);
            }
            catch (Exception busy) when (busy is ResourceInUseException or LimitExceededException or ResourceNotFoundException
                or TableNotFoundException or ContinuousBackupsUnavailableException)
            {
                _busy = busy;
                return (false, null); // busy, or another process deleted the table: the next DescribeTable shows which
            }
            catch (AmazonDynamoDBException rejection) when (rejection.ErrorCode == "ValidationException")
            {
                return (false, new UserStoreSchemaException(
                    table.TableName, null, $"{operation} was rejected by DynamoDB; the inner exception contains the reason.", rejection));
            }
        });

    private Task<TResponse> SendAsync<TResponse>(string operation, Func<CancellationToken, Task<TResponse>> send)
        => sender.Begin(cancellationToken).SendAsync(operation, [table], send);
}
