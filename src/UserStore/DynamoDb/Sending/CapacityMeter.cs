using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace UserStore.DynamoDb.Sending;

/// <summary>Measures the capacity that the requests of one attempt consume, including those that the SDK's context sends.</summary>
internal sealed class CapacityMeter
{
    private static readonly AsyncLocal<CapacityMeter?> Current = new();

    private IReadOnlyList<ConsumedCapacity>? _seen;

    /// <summary>Starts to measure what the caller sends.</summary>
    public static CapacityMeter Start() => Current.Value = new CapacityMeter();

    /// <summary>Returns the consumed capacity: as the client reported it, otherwise from the response.</summary>
    public IReadOnlyList<ConsumedCapacity> Read(object? response) => _seen ?? CapacityOf(response);

    private static IReadOnlyList<ConsumedCapacity> CapacityOf(object? response) => response switch
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
        _ => [],
    };

    private static ConsumedCapacity[] ListOf(ConsumedCapacity? capacity) => capacity is null ? [] : [capacity];

    // Not for transactions that write: their token stands for the request as it was first sent, so that it must not change.
    private static void Ask(AmazonWebServiceRequest request)
    {
        ReturnConsumedCapacity total = ReturnConsumedCapacity.TOTAL;
        _ = request switch
        {
            PutItemRequest put => put.ReturnConsumedCapacity = total,
            UpdateItemRequest update => update.ReturnConsumedCapacity = total,
            DeleteItemRequest delete => delete.ReturnConsumedCapacity = total,
            GetItemRequest get => get.ReturnConsumedCapacity = total,
            QueryRequest query => query.ReturnConsumedCapacity = total,
            ScanRequest scan => scan.ReturnConsumedCapacity = total,
            BatchGetItemRequest batch => batch.ReturnConsumedCapacity = total,
            BatchWriteItemRequest batch => batch.ReturnConsumedCapacity = total,
            TransactGetItemsRequest transaction => transaction.ReturnConsumedCapacity = total,
            _ => null,
        };
    }

    /// <summary>The first handler in the pipeline of a client.</summary>
    internal sealed class Handler : PipelineHandler
    {
        public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
            => Current.Value is { } meter ? InvokeAsync<T>(meter, executionContext) : base.InvokeAsync<T>(executionContext);

        private async Task<T> InvokeAsync<T>(CapacityMeter meter, IExecutionContext executionContext)
            where T : AmazonWebServiceResponse, new()
        {
            Ask(executionContext.RequestContext.OriginalRequest);
            T response = await base.InvokeAsync<T>(executionContext).ConfigureAwait(false);
            meter._seen = CapacityOf(response);
            return response;
        }
    }
}
