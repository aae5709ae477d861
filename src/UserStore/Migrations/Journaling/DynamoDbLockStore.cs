using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;

namespace UserStore.Migrations.Journaling;

/// <summary>Stores the row of the lock in the lock table.</summary>
internal sealed class DynamoDbLockStore(JournalTables tables) : IMigrationLockStore
{
    // One attempt without a response must not cost the lease. The token of a renewal limits its total time.
    private readonly UserStoreRetryOptions _retry = tables.Retry.AtMost(
        attemptTimeout: tables.Options.Lease / 3, baseDelay: tables.Options.Lease / 30, maxDelay: tables.Options.Lease / 10);

    public async Task<LockRow?> FindAsync(CancellationToken cancellationToken)
        => await tables.FindLockKeyAsync(cancellationToken).ConfigureAwait(false) is { } key
            ? await ReadAsync(Begin(cancellationToken), key).ConfigureAwait(false)
            : null;

    public async Task<bool> TryReplaceAsync(LockRow? seen, LockRow next, CancellationToken cancellationToken)
    {
        if (tables.LockKey is not { } key)
            return false; // its table was deleted
        if (seen is null or { IsDeleted: true })
            return await TryCreateAsync(seen, next, key, cancellationToken).ConfigureAwait(false);
        StoreCall call = Begin(cancellationToken);
        var expression = new ExpressionWriter();
        var request = new PutItemRequest
        {
            TableName = tables.Lock.TableName,
            Item = LockFormat.ToItem(next, tables.Options.LockId, key),
            ConditionExpression = IsUnchanged(seen, key, expression),
            ExpressionAttributeNames = expression.Names,
            ExpressionAttributeValues = expression.Values,
        };
        WriteResult<PutItemResponse> result = await call.WriteAsync(
            "PutItem",
            [tables.Lock],
            token => tables.Client.PutItemAsync(request, token),
            wasApplied: () => IsStoredAsync(call, next, key)).ConfigureAwait(false);
        return result.Failure is null || (result.Failure.ResponseWasLost && await IsStoredAsync(call, next, key).ConfigureAwait(false));
    }

    public async Task<bool> TryDeleteAsync(LockRow seen, CancellationToken cancellationToken)
    {
        if (tables.LockKey is not { } key)
            return false;
        var expression = new ExpressionWriter();
        var delete = new Delete
        {
            TableName = tables.Lock.TableName,
            Key = new() { [key] = new(tables.Options.LockId) },
            ConditionExpression = IsUnchanged(seen, key, expression),
            ExpressionAttributeNames = expression.Names,
            ExpressionAttributeValues = expression.Values,
        };
        var put = new Put { TableName = tables.Lock.TableName, Item = LockFormat.ToItem(seen with { Owner = null }, DeletedRowId, key) };
        return await TryTransactAsync([new() { Delete = delete }, new() { Put = put }], cancellationToken).ConfigureAwait(false);
    }

    public async Task<long> FindLastFenceAsync(CancellationToken cancellationToken)
    {
        var expression = new ExpressionWriter();
        var scan = new ScanRequest { ProjectionExpression = expression.Name("fence"), ExpressionAttributeNames = expression.Names };
        long last = 0;
        await foreach (Dictionary<string, AttributeValue> item in tables.ScanAsync(scan, tables.Lock, cancellationToken).ConfigureAwait(false))
            last = Math.Max(last, item.Number("fence") ?? 0);
        return last;
    }

    private string DeletedRowId => $"{tables.Options.LockId}/deleted";

    // Without a row, the copy must be unchanged too: another runner may have acquired the lock and deleted the row in the meantime.
    private async Task<bool> TryCreateAsync(LockRow? seen, LockRow next, string key, CancellationToken cancellationToken)
    {
        ExpressionWriter isAbsent = new(), isUnchanged = new();
        var put = new Put
        {
            TableName = tables.Lock.TableName,
            Item = LockFormat.ToItem(next, tables.Options.LockId, key),
            ConditionExpression = IsUnchanged(null, key, isAbsent),
            ExpressionAttributeNames = isAbsent.Names,
        };
        var check = new ConditionCheck
        {
            TableName = tables.Lock.TableName,
            Key = new() { [key] = new(DeletedRowId) },
            ConditionExpression = IsUnchanged(seen, key, isUnchanged),
            ExpressionAttributeNames = isUnchanged.Names,
            ExpressionAttributeValues = isUnchanged.Values,
        };
        return await TryTransactAsync([new() { Put = put }, new() { ConditionCheck = check }], cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> TryTransactAsync(List<TransactWriteItem> actions, CancellationToken cancellationToken)
    {
        var request = new TransactWriteItemsRequest { TransactItems = actions, ClientRequestToken = Guid.NewGuid().ToString() };
        WriteResult<TransactWriteItemsResponse> result = await Begin(cancellationToken).WriteAsync(
            "TransactWriteItems", [tables.Lock], token => tables.Client.TransactWriteItemsAsync(request, token)).ConfigureAwait(false);
        return result.Failure is null;
    }

    private StoreCall Begin(CancellationToken cancellationToken) => tables.Sender.Begin(cancellationToken, retry: _retry);

    private static string IsUnchanged(LockRow? seen, string key, ExpressionWriter expression) => seen switch
    {
        null => $"attribute_not_exists({expression.Name(key)})",
        { IsExternal: true } => $"attribute_exists({expression.Name(key)}) AND attribute_not_exists({expression.Name("fence")})",
        _ => $"{expression.Name("fence")} = {expression.Value(ItemExtensions.Number(seen.Fence))} "
            + $"AND {expression.Name("revision")} = {expression.Value(ItemExtensions.Number(seen.Revision))}",
    };

    private async Task<LockRow?> ReadAsync(StoreCall call, string key)
    {
        if (await tables.Reader.FindAsync(call, tables.Lock, new() { [key] = new(tables.Options.LockId) }).ConfigureAwait(false) is { } item)
            return LockFormat.FromItem(item);
        return await tables.Reader.FindAsync(call, tables.Lock, new() { [key] = new(DeletedRowId) }).ConfigureAwait(false) is { } deleted
            ? LockFormat.FromItem(deleted) with { IsDeleted = true }
            : null;
    }

    private async Task<bool> IsStoredAsync(StoreCall call, LockRow row, string key)
        => await ReadAsync(call, key).ConfigureAwait(false) is { } found
            && (found.Fence, found.Revision, found.Owner?.RunId) == (row.Fence, row.Revision, row.Owner?.RunId);
}
