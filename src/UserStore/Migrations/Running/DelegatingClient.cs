using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using UserStore.DynamoDb.Sending;

namespace UserStore.Migrations.Running;

/// <summary>Represents a client that passes every request to a delegate instead of sending it.</summary>
/// <param name="send">Handles a request.</param>
/// <param name="target">The client that sends the requests; null if they are not sent.</param>
/// <remarks>
/// This is what <see cref="MigrationContext.Client"/> is. The SDK's client turns every call, whichever overload it is, into a request in its
/// pipeline; the pipeline of this client consists of one handler, which passes the untyped request on. In a run, <see cref="AttemptClients"/>
/// checks the lease and then sends the request with <see cref="UntypedRequests"/> by the real client of the store. In a dry run and in
/// memory, <see cref="Recorder"/> records writes, simulates their responses, and sends only reads.
/// </remarks>
internal class DelegatingClient(
    Func<AmazonWebServiceRequest, CancellationToken, Task<AmazonWebServiceResponse>> send, IAmazonDynamoDB? target = null)
    : AmazonDynamoDBClient(new AnonymousAWSCredentials(), new AmazonDynamoDBConfig { ServiceURL = "http://localhost", MaxErrorRetry = 0 }), IForwardingClient
{
    private readonly Func<AmazonWebServiceRequest, CancellationToken, Task<AmazonWebServiceResponse>> _send = send;

    /// <inheritdoc/>
    public IAmazonDynamoDB? Target { get; } = target;

    /// <inheritdoc/>
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline) => pipeline.AddHandler(new Handler(this));

    // The base constructor builds the pipeline before the fields of this class are set, so the handler reads them on each request.
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
            => throw new NotSupportedException("This client does not support synchronous calls.");
    }
}
