using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;

namespace UserStore.Migrations.Journaling;

/// <summary>Stores checkpoints and poison items in the lock table, next to the row of the lock.</summary>
internal sealed class DynamoDbCheckpointStore(JournalTables tables) : ICheckpointStore
{
    private const string PoisonInfix = "/poison/";

    public async Task<Checkpoint?> ClaimAsync(CheckpointKey key, long fence, CancellationToken cancellationToken)
    {
        var expression = new ExpressionWriter();
        string name = expression.Name("fence"), value = expression.Value(ItemExtensions.Number(fence));
        var request = new UpdateItemRequest
        {
            TableName = tables.Lock.TableName,
            Key = new() { [tables.LockKey!] = new(RowIdOf(key)) },
            UpdateExpression = $"SET {name} = {value}",
            ConditionExpression = HasNoLaterFence(name, value),
            ExpressionAttributeNames = expression.Names,
            ExpressionAttributeValues = expression.Values,
            ReturnValues = ReturnValue.ALL_NEW,
        };
        WriteResult<UpdateItemResponse> result = await tables.Sender.Begin(cancellationToken).WriteAsync(
            "UpdateItem", [tables.Lock], token => tables.Client.UpdateItemAsync(request, token)).ConfigureAwait(false);
        if (result.Response?.Attributes is not { } item)
            return null;
        (int poison, int failing) = CheckpointFormat.CountsIn(item);
        return CheckpointFormat.FromItem(item, key) with
        {
            Poison = await ReadPoisonAsync(key, 0, poison, cancellationToken).ConfigureAwait(false),
            Failing = await ReadPoisonAsync(key, poison, failing, cancellationToken).ConfigureAwait(false),
        };
    }

    // Poison items first: those that no checkpoint counts are overwritten when their page is read again.
    public async Task<bool> TryWriteAsync(Checkpoint checkpoint, int storedPoison, CancellationToken cancellationToken)
    {
        foreach ((int number, PoisonItem poison) in checkpoint.Poison.Concat(checkpoint.Failing).Index().Skip(storedPoison))
        {
            string rowId = PoisonRowIdOf(RowIdOf(checkpoint.Key), number);
            Dictionary<string, AttributeValue> item = CheckpointFormat.ToItem(poison, checkpoint.Fence, rowId, tables.LockKey!);
            if (!await TryPutAsync(item, checkpoint.Fence, cancellationToken).ConfigureAwait(false))
                return false;
            await tables.UserEntries.DeleteIfErasedAsync(item, user: null, cancellationToken).ConfigureAwait(false);
        }

        return await TryPutAsync(
            CheckpointFormat.ToItem(checkpoint, RowIdOf(checkpoint.Key), tables.LockKey!), checkpoint.Fence, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<PoisonItem>> ReadPoisonAsync(string migrationId, int execution, CancellationToken cancellationToken)
    {
        if (await tables.FindLockKeyAsync(cancellationToken).ConfigureAwait(false) is null)
            return [];
        var rows = new Dictionary<string, Dictionary<string, AttributeValue>>(StringComparer.Ordinal);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        ScanRequest scan = RowsOf(CheckpointKey.PrefixOf(migrationId, execution));
        await foreach (Dictionary<string, AttributeValue> item in tables.ScanAsync(scan, tables.Lock, cancellationToken).ConfigureAwait(false))
        {
            string rowId = item[tables.LockKey!].S;
            if (rowId.Contains(PoisonInfix, StringComparison.Ordinal))
                rows[rowId] = item;
            else if (CheckpointFormat.CountsIn(item) is var (poison, failing) && poison + failing > 0)
                counts[rowId] = poison + failing;
        }

        return [.. counts.OrderBy(count => count.Key, StringComparer.Ordinal).SelectMany(count => Enumerable.Range(0, count.Value)
            .Select(number => rows.GetValueOrDefault(PoisonRowIdOf(count.Key, number))))
            .OfType<Dictionary<string, AttributeValue>>().Select(CheckpointFormat.PoisonIn)];
    }

    public async Task DeleteAsync(string migrationId, long fence, CancellationToken cancellationToken)
    {
        ScanRequest scan = RowsOf(CheckpointKey.PrefixOf(migrationId));
        // Of the poison items, only those that no checkpoint counts are deleted: their pages were read again.
        var poisonRows = new List<string>();
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (Dictionary<string, AttributeValue> item in tables.ScanAsync(scan, tables.Lock, cancellationToken).ConfigureAwait(false))
        {
            string rowId = item[tables.LockKey!].S;
            if (rowId.Contains(PoisonInfix, StringComparison.Ordinal))
                poisonRows.Add(rowId);
            else if (item.Number(CheckpointFormat.PoisonCount) is > 0 and var count && item.Number("fence") == fence)
                counts[rowId] = count;
            else
                await DeleteRowAsync(rowId, cancellationToken).ConfigureAwait(false);
        }

        foreach (string rowId in poisonRows)
        {
            int infix = rowId.LastIndexOf(PoisonInfix, StringComparison.Ordinal);
            long number = long.Parse(rowId.AsSpan(infix + PoisonInfix.Length), CultureInfo.InvariantCulture);
            if (number >= counts.GetValueOrDefault(rowId[..infix]))
                await DeleteRowAsync(rowId, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<PoisonItem>> ReadPoisonAsync(CheckpointKey key, int first, int count, CancellationToken cancellationToken)
    {
        var found = new List<PoisonItem>();
        for (int number = first; number < first + count; number++)
        {
            Dictionary<string, AttributeValue> rowKey = new() { [tables.LockKey!] = new(PoisonRowIdOf(RowIdOf(key), number)) };
            if (await tables.Reader.FindAsync(tables.Sender.Begin(cancellationToken), tables.Lock, rowKey).ConfigureAwait(false) is { } item)
                found.Add(CheckpointFormat.PoisonIn(item));
        }

        return found;
    }

    private async Task<bool> TryPutAsync(Dictionary<string, AttributeValue> item, long fence, CancellationToken cancellationToken)
    {
        var expression = new ExpressionWriter();
        var request = new PutItemRequest
        {
            TableName = tables.Lock.TableName,
            Item = item,
            ConditionExpression = HasNoLaterFence(expression.Name("fence"), expression.Value(ItemExtensions.Number(fence))),
            ExpressionAttributeNames = expression.Names,
            ExpressionAttributeValues = expression.Values,
        };
        WriteResult<PutItemResponse> result = await tables.Sender.Begin(cancellationToken).WriteAsync(
            "PutItem", [tables.Lock], token => tables.Client.PutItemAsync(request, token)).ConfigureAwait(false);
        return result.Failure is null;
    }

    private async Task DeleteRowAsync(string rowId, CancellationToken cancellationToken)
    {
        Dictionary<string, AttributeValue> key = new() { [tables.LockKey!] = new(rowId) };
        await tables.Sender.Begin(cancellationToken).SendAsync(
            "DeleteItem", [tables.Lock], token => tables.Client.DeleteItemAsync(tables.Lock.TableName, key, token)).ConfigureAwait(false);
    }

    private static string HasNoLaterFence(string name, string fence) => $"attribute_not_exists({name}) OR {name} <= {fence}";

    private string RowIdOf(CheckpointKey key) => $"{tables.Options.LockId}/{key}";

    private static string PoisonRowIdOf(string rowId, int number)
        => string.Create(CultureInfo.InvariantCulture, $"{rowId}{PoisonInfix}{number}");

    private ScanRequest RowsOf(string keyPrefix)
    {
        var expression = new ExpressionWriter();
        var prefix = new AttributeValue($"{tables.Options.LockId}/{keyPrefix}");
        return new ScanRequest
        {
            FilterExpression = $"begins_with({expression.Name(tables.LockKey!)}, {expression.Value(prefix)})",
            ExpressionAttributeNames = expression.Names,
            ExpressionAttributeValues = expression.Values,
        };
    }
}
