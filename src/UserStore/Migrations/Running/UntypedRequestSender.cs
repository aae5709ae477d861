using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace UserStore.Migrations.Running;

/// <summary>Sends requests whose type is known at run time only.</summary>
internal static class UntypedRequestSender
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
}
