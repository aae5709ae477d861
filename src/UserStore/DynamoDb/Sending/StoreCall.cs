using Amazon.DynamoDBv2;
using Microsoft.Extensions.Logging;
using UserStore.Batching;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Sending;

/// <summary>One call of the store: sends its requests, again where that can help, until its time is up.</summary>
internal sealed class StoreCall(
    RequestSender sender, string? userId, UserStoreRetryOptions retry, IRequestObserver? observer, CancellationToken cancellationToken)
{
    private readonly long _started = sender.Time.GetTimestamp();
    private int _pauses;

    /// <summary>Gets what requests ask of DynamoDB about their capacity: nothing, unless somebody counts it.</summary>
    public ReturnConsumedCapacity? Capacity => observer is null && !Instruments.AreUsed ? null : ReturnConsumedCapacity.TOTAL;

    /// <summary>Sends a request that may safely be applied twice.</summary>
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="tables">The tables it needs.</param>
    /// <param name="send">Sends the request, the same each time.</param>
    /// <param name="explainRefusal">Finds out why DynamoDB called the request invalid, when the tables are as they should be.</param>
    /// <param name="batchSize">How many items it has, if it is a batch.</param>
    public Task<TResponse> SendAsync<TResponse>(
        string operation,
        NamedTable[] tables,
        Func<CancellationToken, Task<TResponse>> send,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainRefusal = null,
        int? batchSize = null)
        => RequestMeasurement.RunAsync(
            operation,
            tables,
            batchSize,
            sender.Time,
            measurement => SendAsync(new Request(operation, tables, measurement), send, explainRefusal));

    private async Task<TResponse> SendAsync<TResponse>(
        Request request,
        Func<CancellationToken, Task<TResponse>> send,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainRefusal)
    {
        while (true)
        {
            try
            {
                return await AttemptAsync(request, send).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not UserStoreException)
            {
                ThrowIfCancelled(failure);
                if (!await CanRetryAsync(request, failure).ConfigureAwait(false))
                {
                    throw await sender.Failures.TranslateAsync(
                        request.Operation, request.Tables, failure, explainRefusal, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Sends a write that must not be applied twice: it carries a token, or a condition that fails after it was applied.</summary>
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="tables">The tables it needs.</param>
    /// <param name="send">Sends the request, the same each time.</param>
    /// <param name="explainRefusal">Finds out why DynamoDB called the request invalid, when the tables are as they should be.</param>
    /// <param name="wasApplied">Looks whether the write was applied, after an answer was lost and before it is sent again: a read is sooner
    /// certain than a repetition, whose answer may be lost as well. Not needed with a token.</param>
    /// <param name="batchSize">How many items it has, if it is a batch.</param>
    /// <returns>The answer, which may be that a condition failed: only the operation that set it knows what that means.</returns>
    public Task<WriteResult<TResponse>> WriteAsync<TResponse>(
        string operation,
        NamedTable[] tables,
        Func<CancellationToken, Task<TResponse>> send,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainRefusal = null,
        Func<Task<bool>>? wasApplied = null,
        int? batchSize = null)
        => RequestMeasurement.RunAsync(
            operation,
            tables,
            batchSize,
            sender.Time,
            measurement => WriteAsync(new Request(operation, tables, measurement), send, explainRefusal, wasApplied));

    private async Task<WriteResult<TResponse>> WriteAsync<TResponse>(
        Request request,
        Func<CancellationToken, Task<TResponse>> send,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainRefusal,
        Func<Task<bool>>? wasApplied)
    {
        bool responseWasLost = false;
        while (true)
        {
            try
            {
                return new(await AttemptAsync(request, send).ConfigureAwait(false), null, responseWasLost);
            }
            catch (AmazonDynamoDBException failure) when (RequestFailure.IsFailedCondition(failure))
            {
                request.Measurement?.Failed(failure);
                return new(default, failure, responseWasLost);
            }
            catch (Exception failure) when (failure is not UserStoreException)
            {
                ThrowIfCancelled(failure);
                bool isLost = RequestFailure.HasNoResponse(failure);
                responseWasLost |= isLost;
                if (isLost && wasApplied is not null && HasTime && await wasApplied().ConfigureAwait(false))
                    return new(default, null, responseWasLost);
                if (await CanRetryAsync(request, failure).ConfigureAwait(false))
                    continue;
                if (responseWasLost && userId is not null)
                {
                    RequestLog.OutcomeUnknown(sender.Logger, request.Operation, request.TableNames, userId);
                    throw new UserWriteOutcomeUnknownException(userId, failure);
                }

                throw await sender.Failures.TranslateAsync(
                    request.Operation, request.Tables, failure, explainRefusal, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits before what DynamoDB left unprocessed is sent again.</summary>
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="table">Its table.</param>
    /// <returns>False when the time of the call is up.</returns>
    public async Task<bool> TryDelayForUnprocessedAsync(string operation, NamedTable table)
    {
        RequestMeasurement.LeftUnprocessed(operation, table);
        var request = new Request(operation, [table], Measurement: null);
        if (!await TryDelayAsync(request, "a part was left unprocessed", isThrottled: true).ConfigureAwait(false))
            return false;
        RequestMeasurement.SendingRest(operation, table);
        return true;
    }

    /// <summary>Waits before what was found is looked at again, because somebody else keeps changing it.</summary>
    /// <returns>False when the time of the call is up.</returns>
    public async Task<bool> TryDelayAsync()
    {
        // Full jitter: callers that met each other once do not meet again.
        double ceiling = Math.Min(
            retry.MaxDelay.TotalMilliseconds,
            retry.BaseDelay.TotalMilliseconds * Math.Pow(2, _pauses++));
        var pause = TimeSpan.FromMilliseconds(ceiling * Random.Shared.NextDouble());
        if (sender.Time.GetElapsedTime(_started) + pause >= retry.Timeout)
            return false;
        await Task.Delay(pause, sender.Time, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private bool HasTime => sender.OwnsRetries && sender.Time.GetElapsedTime(_started) < retry.Timeout;

    private async Task<TResponse> AttemptAsync<TResponse>(Request request, Func<CancellationToken, Task<TResponse>> send)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CapacityMeter? meter = observer is null && request.Measurement is null ? null : CapacityMeter.Start();
        TResponse response;
        if (sender.OwnsRetries)
        {
            using var timeout = new CancellationTokenSource(retry.AttemptTimeout, sender.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
            response = await send(either.Token).ConfigureAwait(false);
        }
        else
        {
            response = await send(cancellationToken).ConfigureAwait(false);
        }

        if (meter?.Read(response) is { } capacity)
        {
            observer?.Consumed(capacity.Sum(table => table.CapacityUnits ?? 0));
            request.Measurement?.Consumed(capacity);
        }

        return response;
    }

    private async Task<bool> CanRetryAsync(Request request, Exception failure)
    {
        if (!(sender.OwnsRetries ? RequestFailure.IsTransient(failure) : RequestFailure.IsConflict(failure)))
            return false;
        return await TryDelayAsync(request, RequestFailure.Reason(failure), RequestFailure.IsThrottle(failure)).ConfigureAwait(false);
    }

    private async Task<bool> TryDelayAsync(Request request, string reason, bool isThrottled)
    {
        observer?.Retrying(isThrottled);
        if (isThrottled)
            request.Measurement?.Throttled();
        if (!await TryDelayAsync().ConfigureAwait(false))
        {
            RequestLog.GivenUp(sender.Logger, request.Operation, request.TableNames, sender.Time.GetElapsedTime(_started), reason);
            return false;
        }

        request.Measurement?.Retrying();
        if (sender.Logger.IsEnabled(LogLevel.Debug))
            RequestLog.Retrying(sender.Logger, request.Operation, request.TableNames, reason);
        return true;
    }

    // Whatever a cancelled request ends with, the caller is told of the cancellation.
    private void ThrowIfCancelled(Exception failure)
    {
        if (cancellationToken.IsCancellationRequested && RequestFailure.HasNoResponse(failure))
            throw new OperationCanceledException("The call was cancelled.", failure, cancellationToken);
    }

    private readonly record struct Request(string Operation, NamedTable[] Tables, RequestMeasurement? Measurement)
    {
        public string TableNames => string.Join(", ", Tables.Select(table => table.TableName));
    }
}

/// <summary>What became of a write: its response, or the failed condition.</summary>
/// <param name="Response">The response, if one came; the write may be known to have been applied without one.</param>
/// <param name="FailedCondition">What DynamoDB reported, if a condition failed.</param>
/// <param name="ResponseWasLost">Whether an earlier attempt got no answer, so that it may have been applied.</param>
internal readonly record struct WriteResult<TResponse>(
    TResponse? Response, AmazonDynamoDBException? FailedCondition, bool ResponseWasLost);
