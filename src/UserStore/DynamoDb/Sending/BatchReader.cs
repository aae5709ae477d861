using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Sending;

/// <summary>Reads many items of one table, and asks again for those that DynamoDB left out.</summary>
internal sealed class BatchReader(IAmazonDynamoDB client)
{
    /// <summary>How many keys one request may have. Amazon DynamoDB API Reference, "BatchGetItem".</summary>
    public const int MaxKeys = 100;

    /// <param name="call">The call that reads.</param>
    /// <param name="table">The table, whose key is one text.</param>
    /// <param name="keys">Up to <see cref="MaxKeys"/> keys, each once.</param>
    /// <param name="consistency">How fresh the items must be.</param>
    /// <returns>The items that exist, by their keys.</returns>
    public async Task<Dictionary<string, Dictionary<string, AttributeValue>>> ReadAsync(
        StoreCall call, TableSchema table, IReadOnlyCollection<string> keys, ReadConsistency consistency)
    {
        string name = table.Key.AttributeName;
        var items = await ReadAsync(
            call, table, [.. keys.Select(key => new Dictionary<string, AttributeValue> { [name] = new(key) })], consistency).ConfigureAwait(false);
        return items.ToDictionary(item => item[name].S, StringComparer.Ordinal);
    }

    /// <param name="call">The call that reads.</param>
    /// <param name="table">The table.</param>
    /// <param name="keys">Up to <see cref="MaxKeys"/> keys, each once.</param>
    /// <param name="consistency">How fresh the items must be.</param>
    /// <returns>The items that exist, in any order.</returns>
    public async Task<List<Dictionary<string, AttributeValue>>> ReadAsync(
        StoreCall call, TableSchema table, List<Dictionary<string, AttributeValue>> keys, ReadConsistency consistency)
    {
        var found = new List<Dictionary<string, AttributeValue>>(keys.Count);
        List<Dictionary<string, AttributeValue>> wanted = keys;
        while (wanted.Count > 0)
        {
            var request = new BatchGetItemRequest
            {
                RequestItems = new() { [table.TableName] = new KeysAndAttributes { Keys = wanted, ConsistentRead = consistency == ReadConsistency.Strong } },
                ReturnConsumedCapacity = call.Capacity,
            };
            BatchGetItemResponse response = await call.SendAsync(
                "BatchGetItem", [table], token => client.BatchGetItemAsync(request, token), batchSize: wanted.Count).ConfigureAwait(false);
            found.AddRange(response.Responses?.GetValueOrDefault(table.TableName) ?? []);
            wanted = response.UnprocessedKeys?.GetValueOrDefault(table.TableName)?.Keys ?? [];
            if (wanted.Count > 0 && !await call.TryDelayForUnprocessedAsync("BatchGetItem", table).ConfigureAwait(false))
            {
                throw new UserStoreThrottledException(
                    $"BatchGetItem on table '{table.TableName}' left {wanted.Count} of {keys.Count} keys unread. "
                        + "Try again later, or give the table more capacity.");
            }
        }

        return found;
    }
}
