using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace UserStore.Migrations.Running;

/// <summary>A client that sends nothing itself: it hands each request, whichever overload it came by, to another place.</summary>
internal class DelegatingClient(Func<AmazonWebServiceRequest, CancellationToken, Task<AmazonWebServiceResponse>> send)
    : AmazonDynamoDBClient(new AnonymousAWSCredentials(), new AmazonDynamoDBConfig { ServiceURL = "http://localhost", MaxErrorRetry = 0 })
{
    private readonly Func<AmazonWebServiceRequest, CancellationToken, Task<AmazonWebServiceResponse>> _send = send;

    /// <inheritdoc/>
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline) => pipeline.AddHandler(new Handler(this));

    // The base constructor builds the pipeline before the fields of this class are set, so the handler looks at them late.
    private sealed class Handler(DelegatingClient client) : PipelineHandler
    {
        public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            AmazonWebServiceResponse response = await client._send(
                executionContext.RequestContext.OriginalRequest, executionContext.RequestContext.CancellationToken).ConfigureAwait(false);
            executionContext.ResponseContext.Response = response;
            return (T)response;
        }

        public override void InvokeSync(IExecutionContext executionContext)
            => throw new NotSupportedException("This client has no synchronous calls.");
    }
}
