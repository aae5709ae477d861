using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using UserStore.DynamoDb.Expressions;

namespace UserStore.DynamoDb.Sending;

/// <summary>A client that UserStore creates. Its own retries are off, so that they do not multiply with those of
/// <see cref="StoreCall"/>.</summary>
internal sealed class UserStoreClient : AmazonDynamoDBClient
{
    public UserStoreClient(AmazonDynamoDBConfig config)
        : base(Prepared(config))
    {
    }

    public UserStoreClient(AWSCredentials credentials, AmazonDynamoDBConfig config)
        : base(credentials, Prepared(config))
    {
    }

    /// <summary>Sends a request that is written as JSON already, and reads the response.</summary>
    /// <param name="request">Names operation and tables to the pipeline, and has nothing else.</param>
    /// <param name="body">The properties of the request.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="cancellationToken">A token to cancel the request.</param>
    public Task<MappedResponse<TResult>> SendAsync<TResult>(
        AmazonDynamoDBRequest request, JsonBody body, JsonOperation<TResult> operation, CancellationToken cancellationToken)
        => InvokeAsync<MappedResponse<TResult>>(
            request, new JsonInvocation(operation.Target, body.Written, operation.Unmarshaller), cancellationToken);

    /// <inheritdoc/>
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        pipeline.AddHandler(new ResponseIntegrity());
        pipeline.AddHandler(new ReadOnlyScope.Handler());
    }

    private static AmazonDynamoDBConfig Prepared(AmazonDynamoDBConfig config)
    {
        config.MaxErrorRetry = 0;
        config.MaxStaleConnectionRetries = 0; // a second counter, for connections that were reset or closed
        if (config.EndpointProvider is not EndpointCache)
            config.EndpointProvider = new EndpointCache(config.EndpointProvider);
        return config;
    }
}
