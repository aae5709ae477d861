using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.Replication.Targets;

/// <summary>Writes the guard of a user, its item, and the removal of former items in one transaction: the one place that changes the
/// target.</summary>
internal sealed class TargetWriter(IAmazonDynamoDB client, ReplicationSchema schema)
{
    // An item that another program wrote may be replaced or removed, one of another user not.
    private const string IsOwn =
        $"attribute_not_exists({TargetItem.SourceAttribute}) OR {TargetItem.SourceAttribute} = :user";

    /// <param name="call">The call that writes.</param>
    /// <param name="next">The guard as it is to be.</param>
    /// <param name="condition">What must hold of the guard as it is.</param>
    /// <param name="item">The user's item, if it is to have one.</param>
    /// <param name="formerKeys">The keys at which the user may have had an item.</param>
    /// <returns>Null when all was written; else that the condition failed, and nothing was written.</returns>
    /// <exception cref="UserProjectionException">Another user has an item under the same key.</exception>
    public async Task<GuardRefusal?> WriteAsync(
        StoreCall call,
        Guard next,
        GuardCondition condition,
        TargetItem? item,
        IEnumerable<Dictionary<string, AttributeValue>?> formerKeys)
    {
        var leftovers = new List<Dictionary<string, AttributeValue>>();
        foreach (Dictionary<string, AttributeValue>? key in formerKeys)
        {
            if (key is not null && !TargetItem.SameKey(key, item?.Key) && !leftovers.Exists(other => TargetItem.SameKey(key, other)))
                leftovers.Add(key);
        }

        while (true)
        {
            List<TransactWriteItem> actions = [ToPut(next, condition)];
            if (item is not null)
                actions.Add(ToPut(item, next.UserId));
            int removals = actions.Count;
            actions.AddRange(leftovers.Select(key => ToDelete(key, next.UserId)));

            if (await SendAsync(call, actions).ConfigureAwait(false) is not { } failure)
                return null;
            List<CancellationReason> reasons = failure.CancellationReasons;
            if (RequestFailure.IsFailedCondition(reasons[0]))
                return new GuardRefusal(Guard.FromItem(reasons[0].Item), failure);
            if (item is not null && RequestFailure.IsFailedCondition(reasons[1]))
            {
                throw new UserProjectionException(
                    next.UserId,
                    $"makes the key of an item of table '{schema.Target.TableName}' that is made from another user. Put the user's id into the key.",
                    failure,
                    isTransient: true);
            }

            // Another user has an item there by now: there is nothing to remove.
            leftovers = [.. leftovers.Where((_, position) => !RequestFailure.IsFailedCondition(reasons[removals + position]))];
        }
    }

    /// <summary>Removes an item that no user is the source of, unless replication has replaced it meanwhile.</summary>
    public async Task RemoveForeignAsync(StoreCall call, Dictionary<string, AttributeValue> key)
    {
        var request = new DeleteItemRequest
        {
            TableName = schema.Target.TableName,
            Key = key,
            ConditionExpression = $"attribute_not_exists({TargetItem.SourceAttribute})",
        };
        await call.WriteAsync("DeleteItem", [schema.Target], token => client.DeleteItemAsync(request, token)).ConfigureAwait(false);
    }

    private async Task<TransactionCanceledException?> SendAsync(StoreCall call, List<TransactWriteItem> actions)
    {
        // A repetition under the same token is applied once; past its life, the guard stands against it.
        var request = new TransactWriteItemsRequest
        {
            TransactItems = actions,
            ClientRequestToken = Guid.NewGuid().ToString(),
            ReturnConsumedCapacity = call.Capacity,
        };
        WriteResult<TransactWriteItemsResponse> answer = await call.WriteAsync(
            "TransactWriteItems", schema.Written, token => client.TransactWriteItemsAsync(request, token)).ConfigureAwait(false);
        return (TransactionCanceledException?)answer.Failure?.Exception;
    }

    private TransactWriteItem ToPut(Guard next, GuardCondition condition) => new()
    {
        Put = new Put
        {
            TableName = schema.Guards.TableName,
            Item = next.ToItem(),
            ConditionExpression = condition.Expression,
            ExpressionAttributeValues = condition.Values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        },
    };

    private TransactWriteItem ToPut(TargetItem item, string userId) => new()
    {
        Put = new Put
        {
            TableName = schema.Target.TableName,
            Item = item.Item,
            ConditionExpression = IsOwn,
            ExpressionAttributeValues = new() { [":user"] = new(userId) },
        },
    };

    private TransactWriteItem ToDelete(Dictionary<string, AttributeValue> key, string userId) => new()
    {
        Delete = new Delete
        {
            TableName = schema.Target.TableName,
            Key = key,
            ConditionExpression = IsOwn,
            ExpressionAttributeValues = new() { [":user"] = new(userId) },
        },
    };
}

/// <summary>The guard was not as a write expected it.</summary>
/// <param name="Guard">The guard as it is, if the answer told it.</param>
/// <param name="Failure">The answer.</param>
internal sealed record GuardRefusal(Guard? Guard, Exception Failure);
