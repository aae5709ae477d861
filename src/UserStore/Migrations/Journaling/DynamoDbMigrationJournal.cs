using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Logging;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Provisioning;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;

namespace UserStore.Migrations.Journaling;

/// <summary>Keeps journal, lock and checkpoints in two tables.</summary>
internal sealed class DynamoDbMigrationJournal(
    IAmazonDynamoDB client, StoreSchema store, MigrationOptions options, TimeProvider time, ILogger logger)
    : IMigrationJournal
{
    private const string OwnKeyName = "id";
    private const string NoLaterFence = "attribute_not_exists(#fence) OR #fence <= :fence";

    private readonly RequestSender _sender = new(new StoreConnection(client, store.Options, time, logger), store);
    // Known by their names only: tables that another library made spell their key otherwise.
    private readonly NamedTable _journal = new(TableFor(store, options.JournalTable).TableName);
    private readonly NamedTable _lock = new(TableFor(store, options.LockTable).TableName);
    private readonly UserStoreRetryOptions _lockRetry = RetryForLock(options.Lease, store.Options.Retry);
    private readonly JournalFormat _format = new(store.Options.TableNamePrefix + options.JournalTable);
    private string? _journalKey;
    private string? _lockKey;

    /// <summary>Returns a table of migrations as a run creates it.</summary>
    public static TableSchema TableFor(StoreSchema store, string name)
        => new(store.Options.TableNamePrefix + name, new KeyAttribute(OwnKeyName, ScalarAttributeType.S), [], store.Options);

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        // Each time, because another process may have destroyed them.
        _journalKey = await EnsureTableAsync(options.JournalTable, cancellationToken).ConfigureAwait(false);
        _lockKey = await EnsureTableAsync(options.LockTable, cancellationToken).ConfigureAwait(false);
    }

    public async Task DestroyAsync(CancellationToken cancellationToken)
    {
        await EditorOf(_journal, cancellationToken).EnsureNoTableAsync().ConfigureAwait(false);
        await EditorOf(_lock, cancellationToken).EnsureNoTableAsync().ConfigureAwait(false);
        (_journalKey, _lockKey) = (null, null);
    }

    public async Task<IReadOnlyList<MigrationEntry>> ReadAsync(CancellationToken cancellationToken)
    {
        _journalKey ??= await FindKeyAsync(_journal, cancellationToken).ConfigureAwait(false);
        if (_journalKey is null)
            return [];
        var entries = new List<MigrationEntry>();
        await foreach (Dictionary<string, AttributeValue> item in ScanAsync(
            new ScanRequest { TableName = _journal.TableName, ConsistentRead = true }, _journal, cancellationToken).ConfigureAwait(false))
        {
            entries.Add(_format.FromItem(item, _journalKey));
        }

        return entries;
    }

    public async Task<bool> TryRecordAsync(MigrationEntry entry, LockFence fence, CancellationToken cancellationToken)
    {
        var request = new TransactWriteItemsRequest
        {
            ClientRequestToken = Guid.NewGuid().ToString(),
            TransactItems =
            [
                new() { ConditionCheck = CheckOf(fence) },
                new() { Put = new Put { TableName = _journal.TableName, Item = JournalFormat.ToItem(entry, fence, _journalKey!) } },
            ],
        };
        WriteResult<TransactWriteItemsResponse> answer = await _sender.Begin(cancellationToken).WriteAsync(
            "TransactWriteItems", [_journal, _lock], token => client.TransactWriteItemsAsync(request, token)).ConfigureAwait(false);
        return answer.Failure is null;
    }

    public async Task<LockRow?> FindLockAsync(CancellationToken cancellationToken)
    {
        _lockKey ??= await FindKeyAsync(_lock, cancellationToken).ConfigureAwait(false);
        return _lockKey is null
            ? null
            : await ReadLockAsync(_sender.Begin(cancellationToken, retry: _lockRetry)).ConfigureAwait(false);
    }

    public async Task<bool> TryReplaceLockAsync(LockRow? seen, LockRow next, CancellationToken cancellationToken)
    {
        if (_lockKey is null)
            return false; // its table was deleted
        StoreCall call = _sender.Begin(cancellationToken, retry: _lockRetry);
        var request = new PutItemRequest
        {
            TableName = _lock.TableName,
            Item = LockFormat.ToItem(next, options.LockId, _lockKey),
            ConditionExpression = seen is null ? "attribute_not_exists(#key)"
                : seen.IsForeign ? "attribute_exists(#key) AND attribute_not_exists(#fence)"
                : "#fence = :fence AND #revision = :revision",
            ExpressionAttributeNames = seen is null ? new() { ["#key"] = _lockKey }
                : seen.IsForeign ? new() { ["#key"] = _lockKey, ["#fence"] = "fence" }
                : new() { ["#fence"] = "fence", ["#revision"] = "revision" },
            ExpressionAttributeValues = seen is null or { IsForeign: true } ? null : new()
            {
                [":fence"] = ItemExtensions.Number(seen.Fence),
                [":revision"] = ItemExtensions.Number(seen.Revision),
            },
        };
        WriteResult<PutItemResponse> answer = await call.WriteAsync(
            "PutItem",
            [_lock],
            token => client.PutItemAsync(request, token),
            wasApplied: () => IsLockAsync(call, next)).ConfigureAwait(false);
        return answer.Failure is null || (answer.Failure.ResponseWasLost && await IsLockAsync(call, next).ConfigureAwait(false));
    }

    public async Task<Checkpoint?> StampAsync(CheckpointKey key, long fence, CancellationToken cancellationToken)
    {
        var request = new UpdateItemRequest
        {
            TableName = _lock.TableName,
            Key = KeyOf(key),
            UpdateExpression = "SET #fence = :fence",
            ConditionExpression = NoLaterFence,
            ExpressionAttributeNames = new() { ["#fence"] = "fence" },
            ExpressionAttributeValues = new() { [":fence"] = ItemExtensions.Number(fence) },
            ReturnValues = ReturnValue.ALL_NEW,
        };
        WriteResult<UpdateItemResponse> answer = await _sender.Begin(cancellationToken).WriteAsync(
            "UpdateItem", [_lock], token => client.UpdateItemAsync(request, token)).ConfigureAwait(false);
        return answer.Response is null ? null : CheckpointFormat.FromItem(answer.Response.Attributes, key);
    }

    public async Task<bool> TryWriteAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var request = new PutItemRequest
        {
            TableName = _lock.TableName,
            Item = CheckpointFormat.ToItem(checkpoint, RowOf(checkpoint.Key), _lockKey!),
            ConditionExpression = NoLaterFence,
            ExpressionAttributeNames = new() { ["#fence"] = "fence" },
            ExpressionAttributeValues = new() { [":fence"] = ItemExtensions.Number(checkpoint.Fence) },
        };
        WriteResult<PutItemResponse> answer = await _sender.Begin(cancellationToken).WriteAsync(
            "PutItem", [_lock], token => client.PutItemAsync(request, token)).ConfigureAwait(false);
        return answer.Failure is null;
    }

    public async Task ForgetCheckpointsAsync(string migrationId, CancellationToken cancellationToken)
    {
        var scan = new ScanRequest
        {
            TableName = _lock.TableName,
            ConsistentRead = true,
            FilterExpression = "begins_with(#key, :prefix) AND attribute_not_exists(poison)",
            ProjectionExpression = "#key",
            ExpressionAttributeNames = new() { ["#key"] = _lockKey! },
            ExpressionAttributeValues = new() { [":prefix"] = new($"{options.LockId}/{CheckpointKey.PrefixOf(migrationId)}") },
        };
        await foreach (Dictionary<string, AttributeValue> item in ScanAsync(scan, _lock, cancellationToken).ConfigureAwait(false))
        {
            await _sender.Begin(cancellationToken).SendAsync(
                "DeleteItem", [_lock], token => client.DeleteItemAsync(_lock.TableName, item, token)).ConfigureAwait(false);
        }
    }

    private async Task<LockRow?> ReadLockAsync(StoreCall call)
    {
        var request = new GetItemRequest
        {
            TableName = _lock.TableName,
            Key = new() { [_lockKey!] = new(options.LockId) },
            ConsistentRead = true,
        };
        GetItemResponse response = await call.SendAsync(
            "GetItem", [_lock], token => client.GetItemAsync(request, token)).ConfigureAwait(false);
        return response.Item is { Count: > 0 } item ? LockFormat.FromItem(item) : null;
    }

    private async Task<bool> IsLockAsync(StoreCall call, LockRow row)
        => await ReadLockAsync(call).ConfigureAwait(false) is { } found
            && (found.Fence, found.Revision, found.Owner?.RunId) == (row.Fence, row.Revision, row.Owner?.RunId);

    private ConditionCheck CheckOf(LockFence fence) => new()
    {
        TableName = _lock.TableName,
        Key = new() { [_lockKey!] = new(options.LockId) },
        ConditionExpression = "#owner = :owner AND #fence = :fence",
        ExpressionAttributeNames = new() { ["#owner"] = "owner", ["#fence"] = "fence" },
        ExpressionAttributeValues = new() { [":owner"] = new(fence.Owner), [":fence"] = ItemExtensions.Number(fence.Number) },
    };

    private Dictionary<string, AttributeValue> KeyOf(CheckpointKey key) => new() { [_lockKey!] = new(RowOf(key)) };

    private string RowOf(CheckpointKey key) => $"{options.LockId}/{key}";

    private async IAsyncEnumerable<Dictionary<string, AttributeValue>> ScanAsync(
        ScanRequest request,
        NamedTable table,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            ScanResponse page = await _sender.Begin(cancellationToken).SendAsync(
                "Scan", [table], token => client.ScanAsync(request, token)).ConfigureAwait(false);
            foreach (Dictionary<string, AttributeValue> item in page.Items ?? [])
                yield return item;
            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
    }

    private TableEditor EditorOf(NamedTable table, CancellationToken cancellationToken)
        => new(client, table, store.Options.TableCreationTimeout, _sender, cancellationToken);

    private async Task<string> EnsureTableAsync(string name, CancellationToken cancellationToken)
    {
        TableSchema table = TableFor(store, name);
        return KeyNameOf(await EditorOf(table, cancellationToken).EnsureTableAsync(table.ToCreateRequest()).ConfigureAwait(false));
    }

    private async Task<string?> FindKeyAsync(NamedTable table, CancellationToken cancellationToken)
        => await EditorOf(table, cancellationToken).FindAsync().ConfigureAwait(false) is { } found ? KeyNameOf(found) : null;

    // A table that another library made spells its key in one of two ways.
    private static string KeyNameOf(TableDescription table)
    {
        string? key = table.KeySchema is [var only] && only.AttributeName is OwnKeyName or "ID"
            && table.AttributeDefinitions.Exists(
                attribute => attribute.AttributeName == only.AttributeName && attribute.AttributeType == ScalarAttributeType.S)
            ? only.AttributeName
            : null;
        return key ?? throw new UserStoreSchemaException(
            table.TableName, null, $"has another key than '{OwnKeyName}' (S). Name another table in MigrationOptions, or delete this one.");
    }

    // One attempt that hangs must not cost the lease. How long a renewal goes on is said by its token.
    private static UserStoreRetryOptions RetryForLock(TimeSpan lease, UserStoreRetryOptions retry) => new()
    {
        Timeout = retry.Timeout,
        AttemptTimeout = Shorter(retry.AttemptTimeout, lease / 3),
        BaseDelay = Shorter(retry.BaseDelay, lease / 30),
        MaxDelay = Shorter(retry.MaxDelay, lease / 10),
    };

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
