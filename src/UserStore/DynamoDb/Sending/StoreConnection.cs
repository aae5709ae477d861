using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace UserStore.DynamoDb.Sending;

/// <summary>What everything that sends requests for one store shares.</summary>
/// <param name="Client">The client.</param>
/// <param name="Options">The options of the store.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The logger of requests. It is required, because failures of background work are seen only in the log.</param>
internal sealed record StoreConnection(IAmazonDynamoDB Client, UserStoreOptions Options, TimeProvider Time, ILogger Logger)
{
    /// <summary>Gets the context, which a generated mapping needs for few items; null to make one from client and options.</summary>
    public Func<IDynamoDBContext>? Context { get; init; }

    /// <summary>Gets a value indicating whether each attempt of a request is seen, also those that the client makes by itself. Otherwise an earlier
    /// attempt of every write may have been applied.</summary>
    public bool SeesEveryAttempt { get; init; } =
        Client is UserStoreClient || AttemptObserver.TryAttach(Client) || SendsOnce(Client);

    /// <summary>Gets a value indicating whether every failure that may pass is retried here. Where the client retries by itself, that is only
    /// done for conflicts with transactions and unprocessed parts.</summary>
    public bool OwnsRetries { get; init; } = SendsOnce(Client);

    /// <summary>Returns the connection of a store that is used without dependency injection.</summary>
    public static StoreConnection WithoutLogging(IAmazonDynamoDB client, UserStoreOptions options, TimeProvider? time)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        return new StoreConnection(client, options, time ?? TimeProvider.System, NullLogger.Instance);
    }

    private static bool SendsOnce(IAmazonDynamoDB client)
        => client is AmazonServiceClient { Config: ClientConfig { MaxErrorRetry: 0, MaxStaleConnectionRetries: 0 } };
}
