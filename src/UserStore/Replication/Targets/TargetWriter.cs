using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Tombstones;
using UserStore.Modeling;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.Replication.Targets;

/// <summary>Writes the guards and the items of users, and deletes former items, in one transaction. All changes of the target are made
/// here.</summary>
internal sealed class TargetWriter(IAmazonDynamoDB client, ReplicationSchema schema, TombstoneTable? tombstones)
{
    private readonly TableSchema[] _tables = tombstones is null ? schema.Written : [.. schema.Written, tombstones.Schema];

    /// <summary>Writes users, whose items may take each other's places.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="writes">The users, each with another key, and so few that the transaction is not too large.</param>
    /// <returns>Null if all was written; the conflict if nothing was written.</returns>
    public async Task<TargetConflict?> WriteAsync(StoreCall call, params IReadOnlyList<TargetWrite> writes)
    {
        TargetItem[] items = [.. writes.Select(write => write.Item).OfType<TargetItem>()];
        List<Dictionary<string, AttributeValue>> obsoleteKeys =
            [.. writes.SelectMany(write => write.FormerKeys).OfType<Dictionary<string, AttributeValue>>()
                .Except(items.Select(item => item.Key), AttributeValueComparer.ByValue)];
        string[] owners = [.. writes.Select(write => KeyModel.ToText(write.Key))];
        // Before an erasure it deletes what is written here, and afterwards nothing is.
        TransactWriteItem[] checks = tombstones is null
            ? []
            : [.. writes.Where(write => write.Next is not null).Select(write => tombstones.AbsenceOf(write.Key))];
        int firstCheck = writes.Count + items.Length;
        int firstDelete = firstCheck + checks.Length;
        while (true)
        {
            // Once the token of the request expires, the conditions on the guards prevent a second write.
            List<TransactWriteItem> actions =
            [
                .. writes.Select(ToAction),
                .. items.Select(item => ToPut(item, owners)),
                .. checks,
                .. obsoleteKeys.Select(key => ToDelete(key, owners)),
            ];
            if (await call.TransactAsync(client, _tables, actions).ConfigureAwait(false) is not { } failure)
                return null;
            if (Enumerable.Range(0, writes.Count).Any(failure.Concerns))
                return new TargetConflict(failure, TargetConflictKind.GuardChanged);
            if (Enumerable.Range(firstCheck, checks.Length).Any(failure.Concerns))
                return new TargetConflict(failure, TargetConflictKind.UserErased);
            if (Enumerable.Range(writes.Count, items.Length).Any(failure.Concerns))
                return new TargetConflict(failure, TargetConflictKind.KeyTaken);

            // Another user now has an item with this key: there is nothing to delete.
            obsoleteKeys = [.. obsoleteKeys.Where((_, position) => !failure.Concerns(firstDelete + position))];
        }
    }

    /// <summary>Deletes an item that belongs to no user, unless replication has replaced it in the meantime.</summary>
    public async Task RemoveOrphanAsync(StoreCall call, Dictionary<string, AttributeValue> key)
    {
        var expression = new ExpressionWriter();
        var request = new DeleteItemRequest
        {
            TableName = schema.Target.TableName,
            Key = key,
            ConditionExpression = $"attribute_not_exists({expression.Name(TargetItem.SourceAttribute)})",
            ExpressionAttributeNames = expression.Names,
        };
        await call.WriteAsync("DeleteItem", [schema.Target], token => client.DeleteItemAsync(request, token)).ConfigureAwait(false);
    }

    private TransactWriteItem ToAction(TargetWrite write) => write.Next is { } next ? ToPut(next, write.Condition) : new()
    {
        Delete = new Delete
        {
            TableName = schema.Guards.TableName,
            Key = Guard.KeyOf(write.Key),
            ConditionExpression = write.Condition.Expression,
            ExpressionAttributeNames = write.Condition.Names,
            ExpressionAttributeValues = write.Condition.Values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        },
    };

    private TransactWriteItem ToPut(Guard next, GuardCondition condition) => new()
    {
        Put = new Put
        {
            TableName = schema.Guards.TableName,
            Item = next.ToItem(),
            ConditionExpression = condition.Expression,
            ExpressionAttributeNames = condition.Names,
            ExpressionAttributeValues = condition.Values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        },
    };

    private TransactWriteItem ToPut(TargetItem item, string[] owners)
    {
        var expression = new ExpressionWriter();
        return new()
        {
            Put = new Put
            {
                TableName = schema.Target.TableName,
                Item = item.Item,
                ConditionExpression = BelongsTo(owners, expression),
                ExpressionAttributeNames = expression.Names,
                ExpressionAttributeValues = expression.Values,
            },
        };
    }

    private TransactWriteItem ToDelete(Dictionary<string, AttributeValue> key, string[] owners)
    {
        var expression = new ExpressionWriter();
        return new()
        {
            Delete = new Delete
            {
                TableName = schema.Target.TableName,
                Key = key,
                ConditionExpression = BelongsTo(owners, expression),
                ExpressionAttributeNames = expression.Names,
                ExpressionAttributeValues = expression.Values,
            },
        };
    }

    // Items of other programs may be replaced or deleted, items of users that are not written not.
    private static string BelongsTo(string[] owners, ExpressionWriter expression)
    {
        string source = expression.Name(TargetItem.SourceAttribute);
        IEnumerable<string> values = owners.Select(owner => expression.Value(new AttributeValue(owner)));
        return $"attribute_not_exists({source}) OR {source} IN ({string.Join(", ", values)})";
    }
}
