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
            await ChangeAsync("CreateTable", token => client.CreateTableAsync(schema.ToCreateRequest(), token), cancellationToken).ConfigureAwait(false);

        TableDescription table = await WaitUntilActiveAsync(started, cancellationToken).ConfigureAwait(false);
        foreach (UserIndex index in schema.Indexes)
        {
            if (schema.Find(table, index) is null)
            {
                // The service creates one index at a time.
                await ChangeAsync("UpdateTable", token => client.UpdateTableAsync(schema.ToAddIndexRequest(index), token), cancellationToken).ConfigureAwait(false);
                table = await WaitUntilActiveAsync(started, cancellationToken).ConfigureAwait(false);
            }
        }

        if (schema.Difference(table) is { } difference)
            throw difference;
        if (schema.Stream is { } stream && table.StreamSpecification?.StreamEnabled != true)
        {
            var request = new UpdateTableRequest { TableName = schema.TableName, StreamSpecification = stream };
            await ChangeAsync("UpdateTable", token => client.UpdateTableAsync(request, token), cancellationToken).ConfigureAwait(false);
            await WaitUntilActiveAsync(started, cancellationToken).ConfigureAwait(false);
        }

        if (schema.TimeToLiveAttribute is { } attribute)
            await EnsureTimeToLiveAsync(attribute, cancellationToken).ConfigureAwait(false);
    }

    private async Task EnsureTimeToLiveAsync(string attribute, CancellationToken cancellationToken)
    {
        DescribeTimeToLiveResponse current = await sender.SendAsync("DescribeTimeToLive",
            token => client.DescribeTimeToLiveAsync(new DescribeTimeToLiveRequest { TableName = schema.TableName }, token), cancellationToken).ConfigureAwait(false);
        TimeToLiveStatus? status = current.TimeToLiveDescription?.TimeToLiveStatus;
        if (status == TimeToLiveStatus.ENABLED || status == TimeToLiveStatus.ENABLING)
        {
            string found = current.TimeToLiveDescription!.AttributeName;
            if (found != attribute)
                throw new UserStoreSchemaException(schema.TableName, null, $"has its time to live on '{found}' instead of '{attribute}'. Switch it off first, or set UserStoreOptions.EnableTimeToLive to false.");
            return;
        }

        var request = new UpdateTimeToLiveRequest
        {
            TableName = schema.TableName,
            TimeToLiveSpecification = new TimeToLiveSpecification { AttributeName = attribute, Enabled = true },
        };
        await ChangeAsync("UpdateTimeToLive", token => client.UpdateTimeToLiveAsync(request, token), cancellationToken).ConfigureAwait(false);
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
            if (time.GetElapsedTime(started) > schema.Options.TableCreationTimeout)
                throw new UserStoreUnavailableException($"Table '{schema.TableName}' did not become active within {schema.Options.TableCreationTimeout}. It goes on in DynamoDB; call again.");

            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

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
    private Task<bool> ChangeAsync<TResponse>(string operation, Func<CancellationToken, Task<TResponse>> change, CancellationToken cancellationToken)
        => sender.SendAsync(operation, async token =>
        {
            try
            {
                await change(token).ConfigureAwait(false);
            }
            catch (ResourceInUseException)
            {
                return false;
            }

            return true;
        }, cancellationToken);
}
