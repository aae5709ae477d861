using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.Batching;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;

namespace UserStore.DynamoDb.Writing;

/// <summary>Puts users unconditionally, as many in one request as DynamoDB allows, and again those that it leaves unprocessed.</summary>
internal sealed class BatchedReplaces<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(UserTable<TUser> table)
    : BatchOperation<TUser>
    where TUser : User
{
    // Amazon DynamoDB API Reference, "BatchWriteItem". As many of the largest items stay below its 16 MB.
    private const int MaxItems = 25;

    public override (TUser Prepared, string UserId) Prepare(TUser item)
    {
        TUser replaced = table.Input.PrepareOverwrite(item);
        table.Items.Check(replaced);
        return (replaced, replaced.UserId);
    }

    public override IEnumerable<IReadOnlyList<BatchItem<TUser>>> Group(IReadOnlyList<BatchItem<TUser>> items) => items.Chunk(MaxItems);

    public override async Task SendAsync(
        IReadOnlyList<BatchItem<TUser>> items, BatchRequest<TUser> request, CancellationToken cancellationToken)
    {
        Dictionary<string, BatchItem<TUser>> waiting = items.ToDictionary(item => item.UserId!, StringComparer.Ordinal);
        StoreCall call = table.Sender.Begin(cancellationToken, items[0].UserId, request.Retry, request);
        try
        {
            List<WriteRequest> writes = [.. items.Select(item => new WriteRequest(new PutRequest(table.Items.ToItem(item.Prepared!))))];
            while (writes.Count > 0)
            {
                writes = await PutAsync(call, writes).ConfigureAwait(false);
                HashSet<string> unprocessed = [.. writes.Select(write => write.PutRequest.Item[table.Model.Key.AttributeName].S)];
                foreach (string written in waiting.Keys.Where(id => !unprocessed.Contains(id)).ToList())
                {
                    waiting.Remove(written);
                    request.Tally.AddWritten();
                }

                if (writes.Count > 0 && !await call.TryDelayForUnprocessedAsync("BatchWriteItem", table.Schema.Users).ConfigureAwait(false))
                {
                    throw new UserStoreThrottledException(
                        $"BatchWriteItem on table '{table.TableName}' left {writes.Count} of {items.Count} users unwritten. "
                            + "Try again later, or give the table more capacity.")
                    {
                        Operation = "BatchWriteItem",
                        TableNames = [table.TableName],
                    };
                }
            }
        }
        catch (InvalidUserException) when (items.Count > 1)
        {
            // DynamoDB rejects the request for one user; each alone shows which one it is.
            foreach (BatchItem<TUser> item in waiting.Values)
                await SendAsync([item], request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UserStoreException or OperationCanceledException)
        {
            foreach (BatchItem<TUser> item in waiting.Values)
            {
                await request.Tally.RecordErrorAsync(item, failure is UserWriteOutcomeUnknownException unknown
                    ? new UserWriteOutcomeUnknownException(item.UserId!, unknown.InnerException)
                    : failure).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Returns what DynamoDB left unprocessed.</summary>
    private async Task<List<WriteRequest>> PutAsync(StoreCall call, List<WriteRequest> writes)
    {
        var batch = new BatchWriteItemRequest
        {
            RequestItems = new() { [table.TableName] = writes },
            ReturnConsumedCapacity = call.Capacity,
        };
        WriteResult<BatchWriteItemResponse> result = await call.WriteAsync(
            "BatchWriteItem", table.Users, token => table.Client.BatchWriteItemAsync(batch, token), batchSize: writes.Count).ConfigureAwait(false);
        return result.Response?.UnprocessedItems?.GetValueOrDefault(table.TableName) ?? [];
    }
}
