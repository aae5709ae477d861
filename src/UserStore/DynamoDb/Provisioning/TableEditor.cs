using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Provisioning;

/// <summary>
/// Changes the parts of one table, each only if it is not as wanted yet, and waits until all of the table can be used again. Safe to run in
/// several processes at once, and again after one of them ended in the middle.
/// </summary>
internal sealed class TableEditor(
    IAmazonDynamoDB client, NamedTable table, TimeSpan timeout, RequestSender sender, CancellationToken cancellationToken)
{
    private static readonly TimeSpan BaseDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);

    private readonly long _started = sender.Time.GetTimestamp();
    private TableDescription? _seen;
    private bool _hasLooked;

    /// <summary>Returns the table as soon as it and its indexes are active, or null when there is none.</summary>
    public async Task<TableDescription?> FindAsync()
    {
        TimeSpan pause = BaseDelay;
        while (true)
        {
            _seen = await DescribeAsync().ConfigureAwait(false);
            _hasLooked = true;
            if (_seen is null || IsActive(_seen))
                return _seen;
            await DelayAsync(pause).ConfigureAwait(false);
            pause = pause * 2 < MaxDelay ? pause * 2 : MaxDelay;
        }
    }

    public async Task<TableDescription> EnsureTableAsync(CreateTableRequest definition) => (await EnsureAsync(
        "CreateTable", found => found is not null, (_, token) => client.CreateTableAsync(definition, token)).ConfigureAwait(false))!;

    public Task EnsureNoTableAsync() => EnsureAsync(
        "DeleteTable", found => found is null, (_, token) => client.DeleteTableAsync(table.TableName, token));

    /// <param name="indexName">The index.</param>
    /// <param name="toRequest">Makes the request that adds the index to the table as it is.</param>
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

    /// <exception cref="UserStoreSchemaException">The table has a stream that tells something else.</exception>
    public async Task EnsureStreamAsync(StreamSpecification stream)
    {
        var request = new UpdateTableRequest { TableName = table.TableName, StreamSpecification = stream };
        TableDescription? found = await EnsureAsync(
            "UpdateTable",
            found => Existing(found).StreamSpecification?.StreamEnabled == true,
            (_, token) => client.UpdateTableAsync(request, token)).ConfigureAwait(false);
        if (found!.StreamSpecification.StreamViewType is { } view && view != stream.StreamViewType)
        {
            throw new UserStoreSchemaException(
                table.TableName,
                null,
                $"has a stream that tells {view} instead of {stream.StreamViewType}. Switch it off first, which ends what reads it, or set "
                    + "UserStoreOptions.StreamViewType to what it tells.");
        }
    }

    /// <exception cref="UserStoreSchemaException">The time to live is on another attribute.</exception>
    public async Task EnsureTimeToLiveAsync(string attribute)
    {
        var request = new UpdateTimeToLiveRequest
        {
            TableName = table.TableName,
            TimeToLiveSpecification = new TimeToLiveSpecification { AttributeName = attribute, Enabled = true },
        };
        UserStoreSchemaException? refusal = null;
        while (!await HasTimeToLiveAsync(attribute).ConfigureAwait(false))
        {
            if (refusal is not null)
                throw refusal;
            (bool isDone, refusal) = await ChangeAsync(
                "UpdateTimeToLive", token => client.UpdateTimeToLiveAsync(request, token)).ConfigureAwait(false);
            if (isDone)
                return;
            await DelayAsync(BaseDelay).ConfigureAwait(false);
        }
    }

    /// <summary>Changes the table unless it is as wanted, and returns it as it is then, all of it active.</summary>
    private async Task<TableDescription?> EnsureAsync<TResponse>(
        string operation, Func<TableDescription?, bool> isAsWanted, Func<TableDescription?, CancellationToken, Task<TResponse>> change)
    {
        if (!_hasLooked)
            await FindAsync().ConfigureAwait(false);
        UserStoreSchemaException? refusal = null;
        while (!isAsWanted(_seen))
        {
            // A refusal counts only if no other process made the change meanwhile.
            if (refusal is not null)
                throw refusal;
            (bool isDone, refusal) = await ChangeAsync(operation, token => change(_seen, token)).ConfigureAwait(false);
            if (!isDone)
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
        TimeToLiveDescription? current = response.TimeToLiveDescription;
        if (current?.TimeToLiveStatus != TimeToLiveStatus.ENABLED && current?.TimeToLiveStatus != TimeToLiveStatus.ENABLING)
            return false;
        return current.AttributeName == attribute
            ? true
            : throw new UserStoreSchemaException(
                table.TableName,
                null,
                $"has its time to live on '{current.AttributeName}' instead of '{attribute}'. "
                    + "Switch it off first, or set UserStoreOptions.EnableTimeToLive to false.");
    }

    private Task DelayAsync(TimeSpan pause)
        => sender.Time.GetElapsedTime(_started) < timeout
            ? Task.Delay(pause, sender.Time, cancellationToken)
            : throw new UserStoreUnavailableException(
                $"Table '{table.TableName}' did not become active within {timeout}. "
                    + "It goes on in DynamoDB; call again.");

    private TableDescription Existing(TableDescription? found)
        => found ?? throw new UserStoreSchemaException(table.TableName, null, "does not exist. Create it first, or correct the name.");

    private static bool HasIndex(TableDescription found, string indexName)
        => found.GlobalSecondaryIndexes?.Exists(index => index.IndexName == indexName) == true;

    private static bool IsActive(TableDescription found) => found.TableStatus == TableStatus.ACTIVE
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

    /// <summary>Sends a change; tells whether it was taken, and why not if DynamoDB called it invalid rather than being busy.</summary>
    private Task<(bool IsDone, UserStoreSchemaException? Refusal)> ChangeAsync<TResponse>(
        string operation, Func<CancellationToken, Task<TResponse>> change)
        => SendAsync<(bool, UserStoreSchemaException?)>(operation, async token =>
        {
            try
            {
                await change(token).ConfigureAwait(false);
                return (true, null);
            }
            catch (Exception busy) when (busy is ResourceInUseException or LimitExceededException or ResourceNotFoundException)
            {
                return (false, null); // or another process deleted it meanwhile: the next look tells
            }
            catch (AmazonDynamoDBException refusal) when (refusal.ErrorCode == "ValidationException")
            {
                return (false, new UserStoreSchemaException(
                    table.TableName, null, $"{operation} was refused by DynamoDB; the inner exception says why.", refusal));
            }
        });

    private Task<TResponse> SendAsync<TResponse>(string operation, Func<CancellationToken, Task<TResponse>> send)
        => sender.Begin(cancellationToken).SendAsync(operation, [table], send);
}
