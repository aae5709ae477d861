using Amazon.DynamoDBv2.Model;
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

    private StoreCall Begin(CancellationToken cancellationToken) => tables.Sender.Begin(cancellationToken, retry: _retry);

    private static string IsUnchanged(LockRow? seen, string key, ExpressionWriter expression) => seen switch
    {
        null => $"attribute_not_exists({expression.Name(key)})",
        { IsExternal: true } => $"attribute_exists({expression.Name(key)}) AND attribute_not_exists({expression.Name("fence")})",
        _ => $"{expression.Name("fence")} = {expression.Value(ItemExtensions.Number(seen.Fence))} "
            + $"AND {expression.Name("revision")} = {expression.Value(ItemExtensions.Number(seen.Revision))}",
    };

    private async Task<LockRow?> ReadAsync(StoreCall call, string key)
        => await tables.Reader.FindAsync(call, tables.Lock, new() { [key] = new(tables.Options.LockId) }).ConfigureAwait(false) is { } item
            ? LockFormat.FromItem(item)
            : null;

    private async Task<bool> IsStoredAsync(StoreCall call, LockRow row, string key)
        => await ReadAsync(call, key).ConfigureAwait(false) is { } found
            && (found.Fence, found.Revision, found.Owner?.RunId) == (row.Fence, row.Revision, row.Owner?.RunId);
}
