using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Sending;

/// <summary>Sends the writes of transactions.</summary>
internal static class TransactionRequest
{
    /// <summary>The maximum number of actions: Amazon DynamoDB API Reference, "TransactWriteItems".</summary>
    public const int MaxActions = 100;

    /// <summary>The maximum size of the items in bytes. Of the 4 MB of a transaction, half a megabyte is left for conditions and what surrounds the
    /// items.</summary>
    public const long MaxBytes = 3_500_000;

    /// <summary>Sends writes that are applied together or not at all.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="client">The client.</param>
    /// <param name="tables">The tables of the writes.</param>
    /// <param name="actions">The writes and conditions.</param>
    /// <param name="wasApplied">Reads whether everything was written, after a response was lost.</param>
    /// <param name="explainInvalid">Returns the exception for a transaction that DynamoDB calls invalid.</param>
    /// <param name="batchSize">The number of users, if it is a batch.</param>
    /// <returns>The failed conditions; null when everything was written.</returns>
    public static async Task<ConditionFailure?> TransactAsync(
        this StoreCall call,
        IAmazonDynamoDB client,
        NamedTable[] tables,
        List<TransactWriteItem> actions,
        Func<Task<bool>>? wasApplied = null,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid = null,
        int? batchSize = null)
    {
        // DynamoDB applies the request of one token once, however often it arrives; other actions are another request.
        var request = new TransactWriteItemsRequest
        {
            TransactItems = actions,
            ClientRequestToken = Guid.NewGuid().ToString(),
            ReturnConsumedCapacity = call.Capacity,
        };
        WriteResult<TransactWriteItemsResponse> result = await call.WriteAsync(
            "TransactWriteItems", tables, token => client.TransactWriteItemsAsync(request, token), explainInvalid, wasApplied, batchSize)
            .ConfigureAwait(false);
        return result.Failure;
    }
}
