using Amazon.DynamoDBv2;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations.Running;

namespace UserStore.DynamoDb.Sending;

/// <summary>The one place through which requests leave. Each call of the store begins here.</summary>
internal sealed class RequestSender(IAmazonDynamoDB client, StoreSchema schema, TimeProvider time, ILogger? logger = null)
{
    /// <summary>Gets a value indicating whether every retry is ours, because the client is. A client of the service keeps its own
    /// retries, which nobody here sees; in migrations, which can wait, ours come on top of them.</summary>
    public bool OwnsRetries { get; } = client is UserStoreClient or DelegatingClient;

    public TimeProvider Time => time;

    public ILogger Logger { get; } = logger ?? NullLogger.Instance;

    public FailureTranslator Failures { get; } = new(client, schema.Model.UserType);

    /// <summary>Begins a call whose requests share one time limit.</summary>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <param name="userId">The user that the call writes, if it writes one.</param>
    /// <param name="retry">How its requests are repeated; as the options of the store say if null.</param>
    /// <param name="observer">What is told about its requests.</param>
    public StoreCall Begin(
        CancellationToken cancellationToken, string? userId = null, UserStoreRetryOptions? retry = null, IRequestObserver? observer = null)
        => new(this, userId, retry ?? schema.Options.Retry, observer, cancellationToken);
}

/// <summary>Is told about the requests of a call.</summary>
internal interface IRequestObserver
{
    /// <summary>A request, or a part of it, is about to be sent again.</summary>
    void Retrying(bool isThrottled);

    /// <summary>A response told how many capacity units its request consumed.</summary>
    void Consumed(double units);
}
