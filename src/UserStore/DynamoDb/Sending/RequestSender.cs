using Microsoft.Extensions.Logging;
using UserStore.Batching;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Sending;

/// <summary>The one place through which requests are sent. Each call of the store begins here.</summary>
internal sealed class RequestSender(StoreConnection connection, StoreSchema schema)
{
    /// <inheritdoc cref="StoreConnection.SeesEveryAttempt"/>
    public bool SeesEveryAttempt => connection.SeesEveryAttempt;

    /// <inheritdoc cref="StoreConnection.OwnsRetries"/>
    public bool OwnsRetries => connection.OwnsRetries;

    public TimeProvider Time => connection.Time;

    public ILogger Logger => connection.Logger;

    public FailureTranslator Failures { get; } = new(connection.Client);

    /// <summary>Returns, and logs, the exception for a write of which neither a response nor the stored item shows whether it was
    /// applied.</summary>
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="tables">The tables of the write.</param>
    /// <param name="key">The user.</param>
    /// <param name="failure">Why the outcome cannot be determined.</param>
    public UserWriteOutcomeUnknownException OutcomeUnknown(string operation, NamedTable[] tables, UserKey key, Exception? failure)
    {
        string[] tableNames = Array.ConvertAll(tables, table => table.TableName);
        RequestLog.OutcomeUnknown(Logger, operation, string.Join(", ", tableNames), key);
        return new UserWriteOutcomeUnknownException(key, failure) { Operation = operation, TableNames = tableNames };
    }

    /// <summary>Begins a call whose requests share one timeout.</summary>
    /// <param name="cancellationToken">A token to cancel the call.</param>
    /// <param name="key">The user that the call writes, if it writes one.</param>
    /// <param name="retry">How its requests are retried; the options of the store apply if null.</param>
    /// <param name="observer">The observer of its requests.</param>
    public StoreCall Begin(
        CancellationToken cancellationToken, UserKey? key = null, UserStoreRetryOptions? retry = null, IRequestObserver? observer = null)
        => new(this, key, retry ?? schema.Options.Retry, observer, cancellationToken);
}
