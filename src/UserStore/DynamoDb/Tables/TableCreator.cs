using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Tables;

/// <summary>Creates what is missing of a table and waits until all of it can be used. Safe to run in several processes at once.</summary>
internal sealed class TableCreator(
    IAmazonDynamoDB client, TableSchema schema, TimeSpan timeout, RequestSender sender, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        TableDescription? table = await EnsurePartAsync(
            "CreateTable",
            await DescribeActiveAsync(started, cancellationToken).ConfigureAwait(false),
            found => found is not null,
            (_, token) => client.CreateTableAsync(schema.ToCreateRequest(), token),
            started,
            cancellationToken).ConfigureAwait(false);

        // The service creates one index at a time.
        foreach (UserIndex index in schema.Indexes)
        {
            table = await EnsurePartAsync(
                "UpdateTable",
                table,
                found => found is not null && schema.Find(found, index) is not null,
                (found, token) => client.UpdateTableAsync(schema.ToAddIndexRequest(index, found!), token),
                started,
                cancellationToken).ConfigureAwait(false);
        }

        if (schema.Difference(table) is { } difference)
            throw difference;
        if (schema.Stream is { } stream)
        {
            var request = new UpdateTableRequest { TableName = schema.TableName, StreamSpecification = stream };
            await EnsurePartAsync(
                "UpdateTable",
                table,
                found => found?.StreamSpecification?.StreamEnabled == true,
                (_, token) => client.UpdateTableAsync(request, token),
                started,
                cancellationToken).ConfigureAwait(false);
        }

        if (schema.TimeToLiveAttribute is { } attribute)
            await EnsureTimeToLiveAsync(attribute, started, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a part of the table unless it is there, and returns the table with it, all of it active.</summary>
    private async Task<TableDescription> EnsurePartAsync<TResponse>(
        string operation,
        TableDescription? table,
        Func<TableDescription?, bool> isThere,
        Func<TableDescription?, CancellationToken, Task<TResponse>> make,
        long started,
        CancellationToken cancellationToken)
    {
        UserStoreSchemaException? refusal = null;
        while (!isThere(table))
        {
            // A refusal counts only if no other process made the part meanwhile.
            if (refusal is not null)
                throw refusal;
            (bool isDone, refusal) = await ChangeAsync(operation, token => make(table, token), cancellationToken).ConfigureAwait(false);
            if (!isDone)
                await PauseAsync(FirstPause, started, cancellationToken).ConfigureAwait(false);
            table = await DescribeActiveAsync(started, cancellationToken).ConfigureAwait(false);
        }

        return table!;
    }

    private async Task EnsureTimeToLiveAsync(string attribute, long started, CancellationToken cancellationToken)
    {
        var request = new UpdateTimeToLiveRequest
        {
            TableName = schema.TableName,
            TimeToLiveSpecification = new TimeToLiveSpecification { AttributeName = attribute, Enabled = true },
        };
        UserStoreSchemaException? refusal = null;
        while (!await HasTimeToLiveAsync(attribute, cancellationToken).ConfigureAwait(false))
        {
            if (refusal is not null)
                throw refusal;
            (bool isDone, refusal) = await ChangeAsync(
                "UpdateTimeToLive", token => client.UpdateTimeToLiveAsync(request, token), cancellationToken).ConfigureAwait(false);
            if (isDone)
                return;
            await PauseAsync(FirstPause, started, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> HasTimeToLiveAsync(string attribute, CancellationToken cancellationToken)
    {
        var request = new DescribeTimeToLiveRequest { TableName = schema.TableName };
        DescribeTimeToLiveResponse response = await SendAsync(
            "DescribeTimeToLive", token => client.DescribeTimeToLiveAsync(request, token), cancellationToken).ConfigureAwait(false);
        TimeToLiveDescription? current = response.TimeToLiveDescription;
        if (current?.TimeToLiveStatus != TimeToLiveStatus.ENABLED && current?.TimeToLiveStatus != TimeToLiveStatus.ENABLING)
            return false;
        return current.AttributeName == attribute
            ? true
            : throw new UserStoreSchemaException(
                schema.TableName,
                null,
                $"has its time to live on '{current.AttributeName}' instead of '{attribute}'. "
                    + "Switch it off first, or set UserStoreOptions.EnableTimeToLive to false.");
    }

    /// <summary>Returns the table as soon as it and its indexes are active, or null when there is none.</summary>
    private async Task<TableDescription?> DescribeActiveAsync(long started, CancellationToken cancellationToken)
    {
        TimeSpan pause = FirstPause;
        while (true)
        {
            TableDescription? table = await DescribeAsync(cancellationToken).ConfigureAwait(false);
            if (table is null || IsActive(table))
                return table;
            await PauseAsync(pause, started, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private Task PauseAsync(TimeSpan pause, long started, CancellationToken cancellationToken)
        => time.GetElapsedTime(started) < timeout
            ? Task.Delay(pause, time, cancellationToken)
            : throw new UserStoreUnavailableException(
                $"Table '{schema.TableName}' did not become active within {timeout}. "
                    + "It goes on in DynamoDB; call again.");

    private static bool IsActive(TableDescription table) => table.TableStatus == TableStatus.ACTIVE
        && (table.GlobalSecondaryIndexes ?? []).TrueForAll(index => index.IndexStatus is null || index.IndexStatus == IndexStatus.ACTIVE);

    private Task<TableDescription?> DescribeAsync(CancellationToken cancellationToken) => SendAsync("DescribeTable", async token =>
    {
        try
        {
            return (await client.DescribeTableAsync(schema.TableName, token).ConfigureAwait(false)).Table;
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
    }, cancellationToken);

    /// <summary>Sends a change; tells whether it was taken, and why not if DynamoDB called it invalid rather than being busy.</summary>
    private Task<(bool IsDone, UserStoreSchemaException? Refusal)> ChangeAsync<TResponse>(
        string operation, Func<CancellationToken, Task<TResponse>> change, CancellationToken cancellationToken)
        => SendAsync<(bool, UserStoreSchemaException?)>(
            operation,
            async token =>
            {
                try
                {
                    await change(token).ConfigureAwait(false);
                    return (true, null);
                }
                catch (Exception busy) when (busy is ResourceInUseException or LimitExceededException)
                {
                    return (false, null);
                }
                catch (AmazonDynamoDBException refusal) when (refusal.ErrorCode == "ValidationException")
                {
                    return (false, new UserStoreSchemaException(
                        schema.TableName, null, $"{operation} was refused by DynamoDB; the inner exception says why.", refusal));
                }
            },
            cancellationToken);

    private Task<TResponse> SendAsync<TResponse>(
        string operation, Func<CancellationToken, Task<TResponse>> send, CancellationToken cancellationToken)
        => sender.Begin(cancellationToken).SendAsync(operation, [schema], send);
}
