using Microsoft.Extensions.Logging;
using UserStore.Batching;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Sending;

/// <summary>The one place through which requests are sent. Each call of the store begins here.</summary>
internal sealed class RequestSender(StoreConnection connection, StoreSchema schema)
{
    private static readonly TimeSpan UnreachableInterval = TimeSpan.FromMinutes(1);

    private long _nextUnreachable;

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

    /// <summary>Logs that there is no connection, at most once a minute, so that nobody waits for the end of the retries to learn why.</summary>
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="tableNames">Its tables.</param>
    /// <param name="timeout">How long the call retries its requests.</param>
    public void ReportUnreachable(string operation, string tableNames, TimeSpan timeout)
    {
        long now = Time.GetUtcNow().Ticks;
        long next = Interlocked.Read(ref _nextUnreachable);
        if (now >= next && Interlocked.CompareExchange(ref _nextUnreachable, now + UnreachableInterval.Ticks, next) == next)
            RequestLog.Unreachable(Logger, Failures.Endpoint(), operation, tableNames, timeout);
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
