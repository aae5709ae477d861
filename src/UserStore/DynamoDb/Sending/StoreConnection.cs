using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
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
    /// <summary>Gets the context; null to make one from client and options.</summary>
    public IDynamoDBContext? Context { get; init; }

    /// <summary>Gets a value indicating whether every retry is the library's own. A client that the service registered retries by itself,
    /// unseen, so that only conflicts with transactions and unprocessed parts are retried here.</summary>
    public bool OwnsRetries { get; init; } = Client is UserStoreClient;

    /// <summary>Returns the connection of a store that is used without dependency injection.</summary>
    public static StoreConnection WithoutLogging(IAmazonDynamoDB client, UserStoreOptions options, TimeProvider? time)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        return new StoreConnection(client, options, time ?? TimeProvider.System, NullLogger.Instance);
    }
}
