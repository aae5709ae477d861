using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;

namespace UserStore.Migrations.Journaling;

/// <summary>Stores the row of the lock in the lock table.</summary>
internal sealed class DynamoDbLockStore(JournalTables tables) : IMigrationLockStore
{
    private readonly UserStoreRetryOptions _retry = RetryFor(tables.Options.Lease, tables.Retry);

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
    {
        var request = new GetItemRequest
        {
            TableName = tables.Lock.TableName,
            Key = new() { [key] = new(tables.Options.LockId) },
            ConsistentRead = true,
        };
        GetItemResponse response = await call.SendAsync(
            "GetItem", [tables.Lock], token => tables.Client.GetItemAsync(request, token)).ConfigureAwait(false);
        return response.Item is { Count: > 0 } item ? LockFormat.FromItem(item) : null;
    }

    private async Task<bool> IsStoredAsync(StoreCall call, LockRow row, string key)
        => await ReadAsync(call, key).ConfigureAwait(false) is { } found
            && (found.Fence, found.Revision, found.Owner?.RunId) == (row.Fence, row.Revision, row.Owner?.RunId);

    // One attempt without a response must not cost the lease. The token of a renewal limits its total time.
    private static UserStoreRetryOptions RetryFor(TimeSpan lease, UserStoreRetryOptions retry) => new()
    {
        Timeout = retry.Timeout,
        AttemptTimeout = Shorter(retry.AttemptTimeout, lease / 3),
        BaseDelay = Shorter(retry.BaseDelay, lease / 30),
        MaxDelay = Shorter(retry.MaxDelay, lease / 10),
    };

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
