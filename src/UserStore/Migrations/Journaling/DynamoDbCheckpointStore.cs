using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;

namespace UserStore.Migrations.Journaling;

/// <summary>Stores checkpoints in the lock table, next to the row of the lock.</summary>
internal sealed class DynamoDbCheckpointStore(JournalTables tables) : ICheckpointStore
{
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
        return result.Response is null ? null : CheckpointFormat.FromItem(result.Response.Attributes, key);
    }

    public async Task<bool> TryWriteAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var expression = new ExpressionWriter();
        var request = new PutItemRequest
        {
            TableName = tables.Lock.TableName,
            Item = CheckpointFormat.ToItem(checkpoint, RowIdOf(checkpoint.Key), tables.LockKey!),
            ConditionExpression = HasNoLaterFence(expression.Name("fence"), expression.Value(ItemExtensions.Number(checkpoint.Fence))),
            ExpressionAttributeNames = expression.Names,
            ExpressionAttributeValues = expression.Values,
        };
        WriteResult<PutItemResponse> result = await tables.Sender.Begin(cancellationToken).WriteAsync(
            "PutItem", [tables.Lock], token => tables.Client.PutItemAsync(request, token)).ConfigureAwait(false);
        return result.Failure is null;
    }

    public async Task DeleteAsync(string migrationId, CancellationToken cancellationToken)
    {
        var expression = new ExpressionWriter();
        string key = expression.Name(tables.LockKey!);
        var prefix = new AttributeValue($"{tables.Options.LockId}/{CheckpointKey.PrefixOf(migrationId)}");
        var scan = new ScanRequest
        {
            FilterExpression = $"begins_with({key}, {expression.Value(prefix)}) AND attribute_not_exists({expression.Name("poison")})",
            ProjectionExpression = key,
            ExpressionAttributeNames = expression.Names,
            ExpressionAttributeValues = expression.Values,
        };
        await foreach (Dictionary<string, AttributeValue> item in tables.ScanAsync(scan, tables.Lock, cancellationToken).ConfigureAwait(false))
        {
            await tables.Sender.Begin(cancellationToken).SendAsync(
                "DeleteItem",
                [tables.Lock],
                token => tables.Client.DeleteItemAsync(tables.Lock.TableName, item, token)).ConfigureAwait(false);
        }
    }

    private static string HasNoLaterFence(string name, string fence) => $"attribute_not_exists({name}) OR {name} <= {fence}";

    private string RowIdOf(CheckpointKey key) => $"{tables.Options.LockId}/{key}";
}
