using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;
using UserStore.Batching;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Sending;

/// <summary>One call of the store: sends its requests, and retries them where that can help, within one timeout.</summary>
internal sealed class StoreCall(
    RequestSender sender, UserKey? key, UserStoreRetryOptions retry, IRequestObserver? observer, CancellationToken cancellationToken)
{
    private readonly long _started = sender.Time.GetTimestamp();
    private int _delays;
    private bool _hasCorrectedClock;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Gets the capacity that requests ask DynamoDB to report: none, unless something observes it.</summary>
    public ReturnConsumedCapacity? Capacity => observer is null && !Instruments.AreUsed ? null : ReturnConsumedCapacity.TOTAL;

    /// <summary>Sends a request that may safely be applied twice.</summary>
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="tables">The tables that it needs.</param>
    /// <param name="send">Sends the request, the same for every attempt.</param>
    /// <param name="explainInvalid">Returns the exception for a request that DynamoDB calls invalid although the tables match their
    /// definitions.</param>
    /// <param name="batchSize">The number of items, if it is a batch.</param>
    public async Task<TResponse> SendAsync<TResponse>(
        string operation,
        NamedTable[] tables,
        Func<CancellationToken, Task<TResponse>> send,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid = null,
        int? batchSize = null)
    {
        using RequestMeasurement? measurement = RequestMeasurement.Start(operation, tables, batchSize, sender.Time);
        var request = new Request(operation, tables, measurement, explainInvalid);
        try
        {
            while (true)
            {
                try
                {
                    return await AttemptAsync(request, send).ConfigureAwait(false);
                }
                catch (Exception failure) when (failure is not UserStoreException)
                {
                    failure = WithoutContentUnlessCancelled(failure);
                    if (!RequestFailure.IsOfRequest(failure))
                        throw;
                    if (!await CanRetryAsync(request, failure).ConfigureAwait(false))
                        throw await TranslateAsync(request, failure).ConfigureAwait(false);
                }
            }
        }
        catch (Exception failure) when (measurement is not null)
        {
            measurement.Failed(failure);
            throw;
        }
    }

    /// <summary>Sends a write that must not be applied twice: it carries a token, or a condition that fails once it was applied.</summary>
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="tables">The tables that it needs.</param>
    /// <param name="send">Sends the request, the same for every attempt.</param>
    /// <param name="explainInvalid">Returns the exception for a request that DynamoDB calls invalid although the tables match their
    /// definitions.</param>
    /// <param name="wasApplied">Reads whether the write was applied, after a response was lost and no retry received one. Before, each retry asks
    /// that by itself.</param>
    /// <param name="batchSize">The number of items, if it is a batch.</param>
    /// <returns>The result, which may be that a condition failed: only the operation that set the condition knows what that means.</returns>
    public async Task<WriteResult<TResponse>> WriteAsync<TResponse>(
        string operation,
        NamedTable[] tables,
        Func<CancellationToken, Task<TResponse>> send,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid = null,
        Func<Task<bool>>? wasApplied = null,
        int? batchSize = null)
    {
        using RequestMeasurement? measurement = RequestMeasurement.Start(operation, tables, batchSize, sender.Time);
        var request = new Request(operation, tables, measurement, explainInvalid);
        bool responseWasLost = false;
        try
        {
            while (true)
            {
                AttemptObservation? unseen = sender.OwnsRetries ? null : AttemptObserver.Start();
                try
                {
                    return new(await AttemptAsync(request, send).ConfigureAwait(false), null);
                }
                catch (AmazonDynamoDBException failure) when (RequestFailure.IsFailedCondition(failure))
                {
                    measurement?.Failed(failure);
                    responseWasLost |= unseen?.ResponseWasLost == true;
                    return new(default, new ConditionFailure(operation, failure, responseWasLost, responseWasLost || !sender.SeesEveryAttempt));
                }
                catch (Exception failure) when (failure is not UserStoreException)
                {
                    failure = WithoutContentUnlessCancelled(failure);
                    responseWasLost |= RequestFailure.HasNoResponse(failure) || unseen?.ResponseWasLost == true;
                    if (await CanRetryAsync(request, failure).ConfigureAwait(false))
                        continue;
                    // A client that retries unseen may have lost a response before its last attempt failed.
                    bool mayBeApplied = responseWasLost || (!sender.SeesEveryAttempt && RequestFailure.IsTransient(failure));
                    if (mayBeApplied && wasApplied is not null && await ReadAsync(request, wasApplied, responseWasLost).ConfigureAwait(false))
                        return default;
                    if (responseWasLost && key is { } written)
                    {
                        Exception cause = RequestFailure.IsInvalid(failure) ? await TranslateAsync(request, failure).ConfigureAwait(false) : failure;
                        throw OutcomeUnknown(operation, tables, written, cause);
                    }

                    if (!RequestFailure.IsOfRequest(failure))
                        throw;
                    throw await TranslateAsync(request, failure).ConfigureAwait(false);
                }
            }
        }
        catch (Exception failure) when (measurement is not null)
        {
            measurement.Failed(failure);
            throw;
        }
    }

    /// <summary>Waits before sending what DynamoDB left unprocessed.</summary>
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="table">Its table.</param>
    /// <returns>False when the timeout of the call is reached.</returns>
    public async Task<bool> TryDelayForUnprocessedAsync(string operation, NamedTable table)
    {
        RequestMeasurement.LeftUnprocessed(operation, table);
        var request = new Request(operation, [table], Measurement: null, ExplainInvalid: null);
        if (!await TryDelayAsync(request, "a part was left unprocessed", isThrottled: true).ConfigureAwait(false))
            return false;
        RequestMeasurement.SendingAgain(operation, [table]);
        return true;
    }

    /// <summary>Waits before the keys of a batch are read that a response left unprocessed, if it processed none.</summary>
    /// <param name="table">The table.</param>
    /// <param name="sent">The number of keys of the request.</param>
    /// <param name="unread">The number of keys that it left.</param>
    /// <param name="total">The number of keys of the call.</param>
    /// <exception cref="UserStoreThrottledException">The timeout of the call is reached.</exception>
    public async Task DelayUnreadAsync(NamedTable table, int sent, int unread, int total)
    {
        // A response is cut at 16 MB. Only one that processed no key means that DynamoDB throttles.
        if (unread == 0 || unread < sent || await TryDelayForUnprocessedAsync("BatchGetItem", table).ConfigureAwait(false))
            return;
        throw new UserStoreThrottledException(
            $"BatchGetItem on table '{table.TableName}' left {unread} of {total} keys unread. Retry later, or give the table more capacity.")
        {
            Operation = "BatchGetItem",
            TableNames = [table.TableName],
        };
    }

    /// <summary>Waits before sending a write again that another writer overtook.</summary>
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="tables">The tables that it needs.</param>
    /// <returns>False when the timeout of the call is reached.</returns>
    public async Task<bool> TryDelayForOvertakenAsync(string operation, NamedTable[] tables)
    {
        var request = new Request(operation, tables, Measurement: null, ExplainInvalid: null);
        if (!await TryDelayAsync(request, "another writer changed the user", isThrottled: false).ConfigureAwait(false))
            return false;
        RequestMeasurement.SendingAgain(operation, tables);
        return true;
    }

    /// <summary>Waits before reading or writing again what other writers keep changing.</summary>
    /// <returns>False when the timeout of the call is reached.</returns>
    public async Task<bool> TryDelayAsync()
    {
        // Full jitter: callers that conflicted once do not conflict again.
        double ceiling = Math.Min(
            retry.MaxDelay.TotalMilliseconds,
            retry.BaseDelay.TotalMilliseconds * Math.Pow(2, _delays++));
        var delay = TimeSpan.FromMilliseconds(ceiling * Random.Shared.NextDouble());
        if (Elapsed + delay >= retry.Timeout)
            return false;
        await Task.Delay(delay, sender.Time, cancellationToken).ConfigureAwait(false);
        return true;
    }

    // Whatever prevents the read leaves the outcome of a write without a response unknown.
    private async Task<bool> ReadAsync(Request request, Func<Task<bool>> wasApplied, bool responseWasLost)
    {
        try
        {
            return await wasApplied().ConfigureAwait(false);
        }
        catch (Exception unread) when (unread is not OperationCanceledException)
        {
            return responseWasLost && key is { } written ? throw OutcomeUnknown(request.Operation, request.Tables, written, unread) : false;
        }
    }

    private TimeSpan Elapsed => sender.Time.GetElapsedTime(_started);

    private async Task<TResponse> AttemptAsync<TResponse>(Request request, Func<CancellationToken, Task<TResponse>> send)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TResponse response;
        if (sender.OwnsRetries)
        {
            using var attempt = new CancellationTokenSource(retry.AttemptTimeout, sender.Time);
            using CancellationTokenRegistration ofCall = cancellationToken.UnsafeRegister(
                static attempt => ((CancellationTokenSource)attempt!).Cancel(), attempt);
            response = await send(attempt.Token).ConfigureAwait(false);
        }
        else
        {
            response = await send(cancellationToken).ConfigureAwait(false);
        }

        if (observer is not null || request.Measurement is not null)
        {
            IReadOnlyList<ConsumedCapacity> capacity = ResponseCapacity.Of(response);
            observer?.Consumed(capacity.Sum(table => table.CapacityUnits ?? 0));
            request.Measurement?.Consumed(capacity);
        }

        return response;
    }

    private async Task<bool> CanRetryAsync(Request request, Exception failure)
    {
        // The SDK has corrected its clock from the response.
        if (sender.OwnsRetries && RequestFailure.IsClockSkew(failure) && !_hasCorrectedClock)
        {
            request.Measurement?.Retrying();
            RequestLog.Retrying(sender.Logger, request.Operation, request.TableNames, "the clock was corrected");
            return _hasCorrectedClock = true;
        }

        if (!(sender.OwnsRetries ? RequestFailure.IsTransient(failure) : RequestFailure.IsConflict(failure)))
        {
            // A client of the service has retried this by itself, and gave up.
            if (RequestFailure.IsTransient(failure))
                LogGivenUp(request, RequestFailure.Reason(failure));
            return false;
        }

        if (retry.Timeout > TimeSpan.Zero && RequestFailure.IsUnreachable(failure))
            sender.ReportUnreachable(request.Operation, request.TableNames, retry.Timeout);
        return await TryDelayAsync(request, RequestFailure.Reason(failure), RequestFailure.IsThrottle(failure)).ConfigureAwait(false);
    }

    private async Task<bool> TryDelayAsync(Request request, string reason, bool isThrottled)
    {
        observer?.Retrying(isThrottled);
        if (isThrottled)
            request.Measurement?.Throttled();
        if (!await TryDelayAsync().ConfigureAwait(false))
        {
            LogGivenUp(request, reason);
            return false;
        }

        request.Measurement?.Retrying();
        if (sender.Logger.IsEnabled(LogLevel.Debug))
            RequestLog.Retrying(sender.Logger, request.Operation, request.TableNames, reason);
        return true;
    }

    private void LogGivenUp(Request request, string reason)
        => RequestLog.GivenUp(sender.Logger, request.Operation, request.TableNames, Elapsed, reason);

    /// <inheritdoc cref="RequestSender.OutcomeUnknown"/>
    public UserWriteOutcomeUnknownException OutcomeUnknown(string operation, NamedTable[] tables, UserKey writtenKey, Exception failure)
        => sender.OutcomeUnknown(operation, tables, writtenKey, failure);

    private Task<UserStoreException> TranslateAsync(Request request, Exception failure)
        => sender.Failures.TranslateAsync(request.Operation, request.Tables, failure, Elapsed, request.ExplainInvalid, cancellationToken);

    // However a cancelled request fails, the caller sees the cancellation.
    private Exception WithoutContentUnlessCancelled(Exception failure)
    {
        failure = failure is AmazonUnmarshallingException damaged ? damaged.WithoutContent() : failure;
        return cancellationToken.IsCancellationRequested && RequestFailure.HasNoResponse(failure)
            ? throw new OperationCanceledException("The call was cancelled.", failure, cancellationToken) : failure;
    }

    private readonly record struct Request(
        string Operation,
        NamedTable[] Tables,
        RequestMeasurement? Measurement,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? ExplainInvalid)
    {
        public string TableNames => string.Join(", ", Tables.Select(table => table.TableName));
    }
}
