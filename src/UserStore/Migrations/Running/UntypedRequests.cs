using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb.Sending;

namespace UserStore.Migrations.Running;

/// <summary>Handles requests whose type is known at run time only.</summary>
internal static class UntypedRequests
{
    /// <exception cref="NotSupportedException">Migrations do not support the operation: backups, exports, global tables and the like.</exception>
    public static async Task<AmazonWebServiceResponse> SendAsync(
        this IAmazonDynamoDB client, AmazonWebServiceRequest request, CancellationToken token) => request switch
        {
            GetItemRequest get => await client.GetItemAsync(get, token).ConfigureAwait(false),
            PutItemRequest put => await client.PutItemAsync(put, token).ConfigureAwait(false),
            UpdateItemRequest update => await client.UpdateItemAsync(update, token).ConfigureAwait(false),
            DeleteItemRequest delete => await client.DeleteItemAsync(delete, token).ConfigureAwait(false),
            QueryRequest query => await client.QueryAsync(query, token).ConfigureAwait(false),
            ScanRequest scan => await client.ScanAsync(scan, token).ConfigureAwait(false),
            BatchGetItemRequest get => await client.BatchGetItemAsync(get, token).ConfigureAwait(false),
            BatchWriteItemRequest write => await client.BatchWriteItemAsync(write, token).ConfigureAwait(false),
            TransactGetItemsRequest get => await client.TransactGetItemsAsync(get, token).ConfigureAwait(false),
            TransactWriteItemsRequest write => await client.TransactWriteItemsAsync(write, token).ConfigureAwait(false),
            CreateTableRequest create => await client.CreateTableAsync(create, token).ConfigureAwait(false),
            UpdateTableRequest update => await client.UpdateTableAsync(update, token).ConfigureAwait(false),
            DeleteTableRequest delete => await client.DeleteTableAsync(delete, token).ConfigureAwait(false),
            DescribeTableRequest describe => await client.DescribeTableAsync(describe, token).ConfigureAwait(false),
            ListTablesRequest list => await client.ListTablesAsync(list, token).ConfigureAwait(false),
            DescribeTimeToLiveRequest describe => await client.DescribeTimeToLiveAsync(describe, token).ConfigureAwait(false),
            UpdateTimeToLiveRequest update => await client.UpdateTimeToLiveAsync(update, token).ConfigureAwait(false),
            DescribeContinuousBackupsRequest describe => await client.DescribeContinuousBackupsAsync(describe, token).ConfigureAwait(false),
            UpdateContinuousBackupsRequest update => await client.UpdateContinuousBackupsAsync(update, token).ConfigureAwait(false),
            ListTagsOfResourceRequest list => await client.ListTagsOfResourceAsync(list, token).ConfigureAwait(false),
            TagResourceRequest tag => await client.TagResourceAsync(tag, token).ConfigureAwait(false),
            UntagResourceRequest untag => await client.UntagResourceAsync(untag, token).ConfigureAwait(false),
            _ => throw new NotSupportedException($"{request.GetType().Name} is not supported by the client of a migration."),
        };

    /// <summary>Returns the tables that a request would write, or null when it reads.</summary>
    /// <exception cref="NotSupportedException">Migrations do not support the operation.</exception>
    public static string[]? WrittenTables(this AmazonWebServiceRequest request) => request switch
    {
        PutItemRequest put => [put.TableName],
        UpdateItemRequest update => [update.TableName],
        DeleteItemRequest delete => [delete.TableName],
        BatchWriteItemRequest batch => [.. batch.RequestItems.Keys],
        TransactWriteItemsRequest transaction => [.. transaction.TransactItems.Select(TableOf).OfType<string>().Distinct()],
        CreateTableRequest create => [create.TableName],
        UpdateTableRequest update => [update.TableName],
        DeleteTableRequest delete => [delete.TableName],
        UpdateTimeToLiveRequest update => [update.TableName],
        UpdateContinuousBackupsRequest update => [update.TableName],
        TagResourceRequest tag => [tag.ResourceArn],
        UntagResourceRequest untag => [untag.ResourceArn],
        _ when ReadOnlyScope.IsRead(request) => null,
        _ => throw new NotSupportedException($"{request.GetType().Name} is not supported by the client of a migration."),
    };

    private static string? TableOf(TransactWriteItem action)
        => action.Put?.TableName ?? action.Update?.TableName ?? action.Delete?.TableName;
}
