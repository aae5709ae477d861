using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb;

/// <summary>Creates what is missing of a table and waits until all of it can be used. Safe to run in several processes at once.</summary>
internal sealed class TableCreator(IAmazonDynamoDB client, TableSchema schema, RequestSender sender, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        if (await DescribeAsync(cancellationToken).ConfigureAwait(false) is null)
        {
            await ChangeAsync(
                "CreateTable", token => client.CreateTableAsync(schema.ToCreateRequest(), token), cancellationToken).ConfigureAwait(false);
        }

        TableDescription table = await WaitUntilActiveAsync(started, cancellationToken).ConfigureAwait(false);
        foreach (UserIndex index in schema.Indexes)
        {
            // The service creates one index at a time, and another process may be creating another one.
            while (schema.Find(table, index) is null)
            {
                UpdateTableRequest request = schema.ToAddIndexRequest(index, table);
                if (!await ChangeAsync("UpdateTable", token => client.UpdateTableAsync(request, token), cancellationToken).ConfigureAwait(false))
                    await PauseAsync(FirstPause, started, cancellationToken).ConfigureAwait(false);
                table = await WaitUntilActiveAsync(started, cancellationToken).ConfigureAwait(false);
            }
        }

        if (schema.Difference(table) is { } difference)
            throw difference;
        if (schema.Stream is { } stream && !HasStream(table))
            await EnableStreamAsync(stream, started, cancellationToken).ConfigureAwait(false);
        if (schema.TimeToLiveAttribute is { } attribute && !await HasTimeToLiveAsync(attribute, cancellationToken).ConfigureAwait(false))
            await EnableTimeToLiveAsync(attribute, cancellationToken).ConfigureAwait(false);
    }

    private static bool HasStream(TableDescription table) => table.StreamSpecification?.StreamEnabled == true;

    private async Task EnableStreamAsync(StreamSpecification stream, long started, CancellationToken cancellationToken)
    {
        var request = new UpdateTableRequest { TableName = schema.TableName, StreamSpecification = stream };
        try
        {
            await ChangeAsync("UpdateTable", token => client.UpdateTableAsync(request, token), cancellationToken).ConfigureAwait(false);
        }
        catch (UserStoreSchemaException) when (!cancellationToken.IsCancellationRequested)
        {
            // Refused also when another process was first.
            if (!HasStream(await WaitUntilActiveAsync(started, cancellationToken).ConfigureAwait(false)))
                throw;
        }

        await WaitUntilActiveAsync(started, cancellationToken).ConfigureAwait(false);
    }

    private async Task EnableTimeToLiveAsync(string attribute, CancellationToken cancellationToken)
    {
        var request = new UpdateTimeToLiveRequest
        {
            TableName = schema.TableName,
            TimeToLiveSpecification = new TimeToLiveSpecification { AttributeName = attribute, Enabled = true },
        };
        try
        {
            await ChangeAsync(
                "UpdateTimeToLive", token => client.UpdateTimeToLiveAsync(request, token), cancellationToken).ConfigureAwait(false);
        }
        catch (UserStoreSchemaException) when (!cancellationToken.IsCancellationRequested)
        {
            // Refused also when another process was first.
            if (!await HasTimeToLiveAsync(attribute, cancellationToken).ConfigureAwait(false))
                throw;
        }
    }

    private async Task<bool> HasTimeToLiveAsync(string attribute, CancellationToken cancellationToken)
    {
        DescribeTimeToLiveResponse response = await sender.SendAsync("DescribeTimeToLive",
            token => client.DescribeTimeToLiveAsync(
                new DescribeTimeToLiveRequest { TableName = schema.TableName }, token), cancellationToken).ConfigureAwait(false);
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

    private async Task<TableDescription> WaitUntilActiveAsync(long started, CancellationToken cancellationToken)
    {
        TimeSpan pause = FirstPause;
        while (true)
        {
            // Describing is eventually consistent: a table just created may be unknown for a moment.
            TableDescription? table = await DescribeAsync(cancellationToken).ConfigureAwait(false);
            if (table is not null && IsActive(table))
                return table;
            await PauseAsync(pause, started, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private Task PauseAsync(TimeSpan pause, long started, CancellationToken cancellationToken)
        => time.GetElapsedTime(started) < schema.Options.TableCreationTimeout
            ? Task.Delay(pause, time, cancellationToken)
            : throw new UserStoreUnavailableException(
                $"Table '{schema.TableName}' did not become active within {schema.Options.TableCreationTimeout}. "
                    + "It goes on in DynamoDB; call again.");

    private static bool IsActive(TableDescription table) => table.TableStatus == TableStatus.ACTIVE
        && (table.GlobalSecondaryIndexes ?? []).TrueForAll(index => index.IndexStatus is null || index.IndexStatus == IndexStatus.ACTIVE);

    private Task<TableDescription?> DescribeAsync(CancellationToken cancellationToken) => sender.SendAsync("DescribeTable", async token =>
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

    // Another process may have made the same change a moment earlier; the wait that follows sees whose it was.
    private Task<bool> ChangeAsync<TResponse>(
        string operation, Func<CancellationToken, Task<TResponse>> change, CancellationToken cancellationToken)
        => sender.SendAsync(
            operation,
            async token =>
            {
                try
                {
                    await change(token).ConfigureAwait(false);
                    return true;
                }
                catch (Exception busy) when (busy is ResourceInUseException or LimitExceededException)
                {
                    return false;
                }
                catch (AmazonDynamoDBException refusal) when (refusal.ErrorCode == "ValidationException")
                {
                    throw new UserStoreSchemaException(
                        schema.TableName, null, $"{operation} was refused by DynamoDB; the inner exception says why.", refusal);
                }
            },
            cancellationToken);
}
