using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace UserStore.DynamoDb.Sending;

/// <summary>A client that UserStore creates. Its own retries are off, so that they do not multiply with those of
/// <see cref="StoreCall"/>.</summary>
internal sealed class UserStoreClient : AmazonDynamoDBClient
{
    public UserStoreClient(AmazonDynamoDBConfig config)
        : base(WithoutRetries(config))
    {
    }

    public UserStoreClient(AWSCredentials credentials, AmazonDynamoDBConfig config)
        : base(credentials, WithoutRetries(config))
    {
    }

    /// <inheritdoc/>
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);
        pipeline.AddHandlerAfter<Unmarshaller>(new ErrorChecksum());
        pipeline.AddHandler(new ReadOnlyScope.Handler());
    }

    private static AmazonDynamoDBConfig WithoutRetries(AmazonDynamoDBConfig config)
    {
        config.MaxErrorRetry = 0;
        config.MaxStaleConnectionRetries = 0; // a second counter, for connections that were reset or closed
        return config;
    }
}
