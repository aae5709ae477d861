using Amazon.DynamoDBv2.Model;

namespace UserStore.DynamoDb.Sending;

/// <summary>Reads the capacity that a request consumed from its response, for each table.</summary>
internal static class ResponseCapacity
{
    public static IReadOnlyList<ConsumedCapacity> Of(object? response) => response switch
    {
        PutItemResponse put => ListOf(put.ConsumedCapacity),
        UpdateItemResponse update => ListOf(update.ConsumedCapacity),
        DeleteItemResponse delete => ListOf(delete.ConsumedCapacity),
        GetItemResponse get => ListOf(get.ConsumedCapacity),
        QueryResponse query => ListOf(query.ConsumedCapacity),
        ScanResponse scan => ListOf(scan.ConsumedCapacity),
        BatchGetItemResponse batch => batch.ConsumedCapacity ?? [],
        BatchWriteItemResponse batch => batch.ConsumedCapacity ?? [],
        TransactGetItemsResponse transaction => transaction.ConsumedCapacity ?? [],
        TransactWriteItemsResponse transaction => transaction.ConsumedCapacity ?? [],
        MappedResponse mapped => mapped.Capacity,
        _ => [],
    };

    private static ConsumedCapacity[] ListOf(ConsumedCapacity? capacity) => capacity is null ? [] : [capacity];
}
