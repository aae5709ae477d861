using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Sending;

/// <summary>Reads items of a table as DynamoDB holds them: one by its key, many by their keys, or a page of a scan.</summary>
internal sealed class TableReader(IAmazonDynamoDB client)
{
    /// <summary>The maximum number of keys of one request. Amazon DynamoDB API Reference, "BatchGetItem".</summary>
    public const int MaxKeys = 100;

    /// <summary>Reads an item.</summary>
    /// <returns>The item, or null if there is none.</returns>
    public async Task<Dictionary<string, AttributeValue>?> FindAsync(
        StoreCall call, NamedTable table, Dictionary<string, AttributeValue> key, ReadConsistency consistency = ReadConsistency.Strong)
    {
        var request = new GetItemRequest
        {
            TableName = table.TableName,
            Key = key,
            ConsistentRead = consistency == ReadConsistency.Strong,
            ReturnConsumedCapacity = call.Capacity,
        };
        GetItemResponse response = await call.SendAsync(
            "GetItem", [table], token => client.GetItemAsync(request, token)).ConfigureAwait(false);
        return response.Item is { Count: > 0 } item ? item : null;
    }

    /// <summary>Reads a page of a scan consistently.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="table">The table.</param>
    /// <param name="request">The segment, limit, start key, filter and projection of the page; everything else is set here.</param>
    public async Task<ScanPage> ScanAsync(StoreCall call, NamedTable table, ScanRequest request)
    {
        request.TableName = table.TableName;
        request.ConsistentRead = true; // an item that exists when the scan starts is not skipped
        request.ReturnConsumedCapacity = call.Capacity;
        ScanResponse response = await call.SendAsync("Scan", [table], token => client.ScanAsync(request, token)).ConfigureAwait(false);
        return new ScanPage(response.Items ?? [], response.LastEvaluatedKey is { Count: > 0 } next ? next : null);
    }

    /// <summary>Reads all pages of a table consistently.</summary>
    /// <param name="begin">Begins a call for each page.</param>
    /// <param name="table">The table.</param>
    public async IAsyncEnumerable<ScanPage> ScanAllAsync(Func<StoreCall> begin, NamedTable table)
    {
        var request = new ScanRequest();
        do
        {
            ScanPage page = await ScanAsync(begin(), table, request).ConfigureAwait(false);
            yield return page;
            request.ExclusiveStartKey = page.Next;
        }
        while (request.ExclusiveStartKey is not null);
    }

    /// <summary>Returns whether the text of an attribute is not as expected, in one item of a table.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="table">The table.</param>
    /// <param name="attribute">The attribute.</param>
    /// <param name="isOther">Whether a text is not as expected.</param>
    public async Task<bool> HasOtherAsync(StoreCall call, NamedTable table, string attribute, Func<string, bool> isOther)
    {
        ScanPage page = await ScanAsync(call, table, new ScanRequest { Limit = 1 }).ConfigureAwait(false);
        return page.Items.Exists(item => item.GetValueOrDefault(attribute)?.S is { } text && isOther(text));
    }

    /// <summary>Reads items by their keys, and those that DynamoDB leaves unprocessed again.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="table">The table.</param>
    /// <param name="keys">At most <see cref="MaxKeys"/> distinct keys.</param>
    /// <param name="consistency">The consistency of the read.</param>
    /// <returns>The items that exist, in any order.</returns>
    /// <exception cref="UserStoreThrottledException">Keys were still unprocessed at the end of the timeout.</exception>
    public async Task<List<Dictionary<string, AttributeValue>>> FindManyAsync(
        StoreCall call, TableSchema table, List<Dictionary<string, AttributeValue>> keys, ReadConsistency consistency)
    {
        var found = new List<Dictionary<string, AttributeValue>>(keys.Count);
        List<Dictionary<string, AttributeValue>> remaining = keys;
        while (remaining.Count > 0)
        {
            var request = new BatchGetItemRequest
            {
                RequestItems = new() { [table.TableName] = new KeysAndAttributes { Keys = remaining, ConsistentRead = consistency == ReadConsistency.Strong } },
                ReturnConsumedCapacity = call.Capacity,
            };
            BatchGetItemResponse response = await call.SendAsync(
                "BatchGetItem", [table], token => client.BatchGetItemAsync(request, token), batchSize: remaining.Count).ConfigureAwait(false);
            found.AddRange(response.Responses?.GetValueOrDefault(table.TableName) ?? []);
            (int sent, remaining) = (remaining.Count, response.UnprocessedKeys?.GetValueOrDefault(table.TableName)?.Keys ?? []);
            await call.DelayUnreadAsync(table, sent, remaining.Count, keys.Count).ConfigureAwait(false);
        }

        return found;
    }
}

/// <summary>A page of a scan.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">The key after which the next page starts, or null after the last page.</param>
internal sealed record ScanPage(List<Dictionary<string, AttributeValue>> Items, Dictionary<string, AttributeValue>? Next);
