using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace UserStore.DynamoDb.Sending;

/// <summary>Rejects requests that write, in the code that runs within the scope and everything that it calls: for clients that UserStore creates
/// or observes.</summary>
/// <remarks>A dry run sends its reads by the same clients by which the rest of the process writes.</remarks>
internal sealed class ReadOnlyScope : IDisposable
{
    private static readonly AsyncLocal<ReadOnlyScope?> Current = new();

    private volatile bool _hasEnded;

    private ReadOnlyScope()
    {
    }

    /// <summary>Gets the first operation that was rejected, also if the caller ignored the exception.</summary>
    public string? Rejected { get; private set; }

    public static ReadOnlyScope Enter() => Current.Value = new ReadOnlyScope();

    // What the scope started may run on after it has ended.
    public void Dispose()
    {
        _hasEnded = true;
        Current.Value = null;
    }

    /// <exception cref="InvalidOperationException">The request writes, and the caller is within a scope.</exception>
    public static void ThrowIfForbidden(AmazonWebServiceRequest request)
    {
        if (Current.Value is not { _hasEnded: false } scope || IsRead(request))
            return;
        string operation = request.GetType().Name.Replace("Request", "", StringComparison.Ordinal);
        scope.Rejected ??= operation;
        throw new InvalidOperationException($"{operation} was rejected, because a dry run must not write.");
    }

    /// <summary>Returns whether a request only reads.</summary>
    public static bool IsRead(AmazonWebServiceRequest request) => request is GetItemRequest or QueryRequest or ScanRequest or BatchGetItemRequest
        or TransactGetItemsRequest or DescribeTableRequest or ListTablesRequest or DescribeTimeToLiveRequest or DescribeContinuousBackupsRequest
        or ListTagsOfResourceRequest;

    /// <summary>Rejects requests in the pipeline of a client.</summary>
    public sealed class Handler : PipelineHandler
    {
        /// <inheritdoc/>
        public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            ThrowIfForbidden(executionContext.RequestContext.OriginalRequest);
            return base.InvokeAsync<T>(executionContext);
        }
    }
}
