using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;

namespace UserStore.Migrations.Running;

/// <summary>Records the writes of migrations instead of sending them. Reads go to the tables, except those of tables and indexes that the dry
/// run itself created or deleted.</summary>
/// <param name="inner">The client that reads; null where there is no server.</param>
internal sealed class Recorder(IAmazonDynamoDB? inner)
{
    private const int MaxRequests = 1000;

    private readonly Lock _lock = new();
    private readonly List<RecordedRequest> _requests = [];
    private readonly SimulatedTables _tables = new(inner);
    private long _count;

    /// <summary>Creates the client of one migration.</summary>
    public DelegatingClient CreateClient(string migrationId)
        => new((request, cancellationToken) => SendAsync(migrationId, request, cancellationToken), inner);

    public MigrationPlan AddTo(MigrationPlan plan)
    {
        lock (_lock)
            return plan with { IsAdvisory = true, Requests = [.. _requests], RequestCount = _count };
    }

    private async Task<AmazonWebServiceResponse> SendAsync(
        string migrationId, AmazonWebServiceRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (request.WrittenTables() is not { } tables)
            return await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        AmazonWebServiceResponse response = await SimulateAsync(request, cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            if (++_count <= MaxRequests)
            {
                string operation = request.GetType().Name.Replace("Request", "", StringComparison.Ordinal);
                _requests.Add(new RecordedRequest(migrationId, operation, tables, request));
            }
        }

        return response;
    }

    private async Task<AmazonWebServiceResponse> SimulateAsync(AmazonWebServiceRequest request, CancellationToken cancellationToken)
        => request switch
        {
            PutItemRequest put => new PutItemResponse
            {
                Attributes = await FindAsync(
                    put.ReturnValues == ReturnValue.ALL_OLD, put.TableName, null, cancellationToken).ConfigureAwait(false),
            },
            UpdateItemRequest update => new UpdateItemResponse
            {
                Attributes = await FindAsync(
                    update.ReturnValues is { } values && values != ReturnValue.NONE, update.TableName, update.Key, cancellationToken).ConfigureAwait(false),
            },
            DeleteItemRequest delete => new DeleteItemResponse
            {
                Attributes = await FindAsync(
                    delete.ReturnValues == ReturnValue.ALL_OLD, delete.TableName, delete.Key, cancellationToken).ConfigureAwait(false),
            },
            BatchWriteItemRequest => new BatchWriteItemResponse { UnprocessedItems = [] },
            TransactWriteItemsRequest => new TransactWriteItemsResponse(),
            CreateTableRequest create => await _tables.CreateAsync(create, cancellationToken).ConfigureAwait(false),
            UpdateTableRequest update => await _tables.UpdateAsync(update, cancellationToken).ConfigureAwait(false),
            DeleteTableRequest delete => await _tables.DeleteAsync(delete, cancellationToken).ConfigureAwait(false),
            UpdateTimeToLiveRequest update => _tables.Update(update),
            UpdateContinuousBackupsRequest => new UpdateContinuousBackupsResponse(),
            TagResourceRequest => new TagResourceResponse(),
            _ => new UntagResourceResponse(),
        };

    // Nothing is written, so the item before and after the write is the stored one.
    private async Task<Dictionary<string, AttributeValue>?> FindAsync(
        bool isRequested, string tableName, Dictionary<string, AttributeValue>? key, CancellationToken cancellationToken)
    {
        if (!isRequested || key is null || inner is null || _tables.IsSimulated(tableName))
            return isRequested ? key : null;
        GetItemResponse found = await inner.GetItemAsync(tableName, key, consistentRead: true, cancellationToken).ConfigureAwait(false);
        return found.Item is { Count: > 0 } item ? item : key;
    }

    private async Task<AmazonWebServiceResponse> ReadAsync(AmazonWebServiceRequest request, CancellationToken cancellationToken)
    {
        switch (request)
        {
            case DescribeTableRequest describe:
                TableDescription table = await _tables.GetAsync(describe.TableName, cancellationToken).ConfigureAwait(false);
                return new DescribeTableResponse { Table = table };
            case DescribeTimeToLiveRequest describe when inner is null || _tables.IsSimulated(describe.TableName) || _tables.HasTimeToLive(describe.TableName):
                return _tables.DescribeTimeToLive(describe.TableName);
            case GetItemRequest get when IsEmpty(get.TableName):
                return new GetItemResponse();
            case QueryRequest query when IsEmpty(query.TableName) || _tables.IsSimulated(query.TableName, query.IndexName):
                return new QueryResponse { Items = [], Count = 0 };
            case ScanRequest scan when IsEmpty(scan.TableName) || _tables.IsSimulated(scan.TableName, scan.IndexName):
                return new ScanResponse { Items = [], Count = 0 };
            case BatchGetItemRequest batch:
                return await ReadAsync(batch, cancellationToken).ConfigureAwait(false);
            case TransactGetItemsRequest transaction when transaction.TransactItems.Exists(item => IsEmpty(item.Get.TableName)):
                return await ReadAsync(transaction, cancellationToken).ConfigureAwait(false);
            case ListTablesRequest when inner is null:
                return new ListTablesResponse { TableNames = [] };
            case DescribeContinuousBackupsRequest when inner is null:
                return new DescribeContinuousBackupsResponse();
            case ListTagsOfResourceRequest when inner is null:
                return new ListTagsOfResourceResponse { Tags = [] };
            default:
                return await inner!.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<BatchGetItemResponse> ReadAsync(BatchGetItemRequest batch, CancellationToken cancellationToken)
    {
        Dictionary<string, KeysAndAttributes> real = batch.RequestItems.Where(table => !IsEmpty(table.Key)).ToDictionary();
        return real.Count == 0
            ? new BatchGetItemResponse { Responses = [], UnprocessedKeys = [] }
            : await inner!.BatchGetItemAsync(new BatchGetItemRequest { RequestItems = real }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<TransactGetItemsResponse> ReadAsync(TransactGetItemsRequest transaction, CancellationToken cancellationToken)
    {
        var responses = new List<ItemResponse>();
        foreach (Get get in transaction.TransactItems.Select(item => item.Get))
        {
            GetItemResponse? found = IsEmpty(get.TableName)
                ? null
                : await inner!.GetItemAsync(get.TableName, get.Key, consistentRead: true, cancellationToken).ConfigureAwait(false);
            responses.Add(new ItemResponse { Item = found?.Item });
        }

        return new TransactGetItemsResponse { Responses = responses };
    }

    private bool IsEmpty(string tableName) => inner is null || _tables.IsSimulated(tableName);
}
