using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.Replication.Targets;

/// <summary>Writes the guard and the item of a user, and deletes previous items, in one transaction. All changes of the target are made
/// here.</summary>
internal sealed class TargetWriter(IAmazonDynamoDB client, ReplicationSchema schema)
{
    /// <summary>Writes one user.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="next">The new guard.</param>
    /// <param name="condition">The condition on the stored guard.</param>
    /// <param name="item">The new item of the user, if any.</param>
    /// <param name="previousKeys">The keys of possible previous items of the user.</param>
    /// <returns>Null if all was written; the failed condition if nothing was written.</returns>
    /// <exception cref="UserProjectionException">Another user has an item under the same key.</exception>
    public async Task<ConditionFailure?> WriteAsync(
        StoreCall call,
        Guard next,
        GuardCondition condition,
        TargetItem? item,
        IEnumerable<Dictionary<string, AttributeValue>?> previousKeys)
    {
        var obsoleteKeys = new List<Dictionary<string, AttributeValue>>();
        foreach (Dictionary<string, AttributeValue>? key in previousKeys)
        {
            if (key is not null && !TargetItem.SameKey(key, item?.Key) && !obsoleteKeys.Exists(other => TargetItem.SameKey(key, other)))
                obsoleteKeys.Add(key);
        }

        while (true)
        {
            List<TransactWriteItem> actions = [ToPut(next, condition)];
            if (item is not null)
                actions.Add(ToPut(item, next.UserId));
            int firstDelete = actions.Count;
            actions.AddRange(obsoleteKeys.Select(key => ToDelete(key, next.UserId)));

            if (await SendAsync(call, actions).ConfigureAwait(false) is not { } failure)
                return null;
            if (failure.Concerns(0))
                return failure;
            if (item is not null && failure.Concerns(1))
            {
                throw new UserProjectionException(
                    next.UserId,
                    $"returned the key of an item of table '{schema.Target.TableName}' that belongs to another user. Include the user's id in the key.",
                    failure.Exception,
                    isTransient: true);
            }

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

    private async Task<ConditionFailure?> SendAsync(StoreCall call, List<TransactWriteItem> actions)
    {
        // Retries with the same token are applied once; after the token expires, the condition on the guard prevents a second write.
        var request = new TransactWriteItemsRequest
        {
            TransactItems = actions,
            ClientRequestToken = Guid.NewGuid().ToString(),
            ReturnConsumedCapacity = call.Capacity,
        };
        WriteResult<TransactWriteItemsResponse> result = await call.WriteAsync(
            "TransactWriteItems", schema.Written, token => client.TransactWriteItemsAsync(request, token)).ConfigureAwait(false);
        return result.Failure;
    }

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

    private TransactWriteItem ToPut(TargetItem item, string userId)
    {
        var expression = new ExpressionWriter();
        return new()
        {
            Put = new Put
            {
                TableName = schema.Target.TableName,
                Item = item.Item,
                ConditionExpression = BelongsTo(userId, expression),
                ExpressionAttributeNames = expression.Names,
                ExpressionAttributeValues = expression.Values,
            },
        };
    }

    private TransactWriteItem ToDelete(Dictionary<string, AttributeValue> key, string userId)
    {
        var expression = new ExpressionWriter();
        return new()
        {
            Delete = new Delete
            {
                TableName = schema.Target.TableName,
                Key = key,
                ConditionExpression = BelongsTo(userId, expression),
                ExpressionAttributeNames = expression.Names,
                ExpressionAttributeValues = expression.Values,
            },
        };
    }

    // Items of other programs may be replaced or deleted, items of other users not.
    private static string BelongsTo(string userId, ExpressionWriter expression)
    {
        string source = expression.Name(TargetItem.SourceAttribute);
        return $"attribute_not_exists({source}) OR {source} = {expression.Value(new AttributeValue(userId))}";
    }
}
