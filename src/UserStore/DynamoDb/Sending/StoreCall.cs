using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Tables;

namespace UserStore.DynamoDb.Sending;

/// <summary>One call of the store: sends its requests, again where that can help, until its time is up.</summary>
internal sealed class StoreCall(
    RequestSender sender, string? userId, UserStoreRetryOptions retry, ICallObserver? observer, CancellationToken cancellationToken)
{
    private readonly long _started = sender.Time.GetTimestamp();
    private int _pauses;

    /// <summary>Gets what requests ask of DynamoDB about their capacity: nothing, unless somebody counts it.</summary>
    public ReturnConsumedCapacity? Capacity => observer is null ? null : ReturnConsumedCapacity.TOTAL;

    /// <summary>Sends a request that may safely be applied twice.</summary>
    /// <param name="operation">The name of the operation in the service's API.</param>
    /// <param name="tables">The tables it needs.</param>
    /// <param name="send">Sends the request, the same each time.</param>
    /// <param name="explainRefusal">Finds out why DynamoDB called the request invalid, when the tables are as they should be.</param>
    public async Task<TResponse> SendAsync<TResponse>(
        string operation,
        NamedTable[] tables,
        Func<CancellationToken, Task<TResponse>> send,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainRefusal = null)
    {
        while (true)
        {
            try
            {
                return await AttemptAsync(send).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not UserStoreException)
            {
                ThrowIfCancelled(failure);
                if (!await CanRetryAsync(failure).ConfigureAwait(false))
                {
                    throw await sender.Failures.TranslateAsync(
                        operation, tables, failure, explainRefusal, cancellationToken).ConfigureAwait(false);
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
    /// <returns>The answer, which may be that a condition failed: only the operation that set it knows what that means.</returns>
    public async Task<WriteAnswer<TResponse>> WriteAsync<TResponse>(
        string operation,
        NamedTable[] tables,
        Func<CancellationToken, Task<TResponse>> send,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainRefusal = null,
        Func<Task<bool>>? wasApplied = null)
    {
        bool answerWasLost = false;
        while (true)
        {
            try
            {
                return new(await AttemptAsync(send).ConfigureAwait(false), null, answerWasLost);
            }
            catch (AmazonDynamoDBException failure) when (RequestFailure.IsFailedCondition(failure))
            {
                return new(default, failure, answerWasLost);
            }
            catch (Exception failure) when (failure is not UserStoreException)
            {
                ThrowIfCancelled(failure);
                bool isLost = RequestFailure.HasNoAnswer(failure);
                answerWasLost |= isLost;
                if (isLost && wasApplied is not null && HasTime && await wasApplied().ConfigureAwait(false))
                    return new(default, null, answerWasLost);
                if (await CanRetryAsync(failure).ConfigureAwait(false))
                    continue;
                if (answerWasLost && userId is not null)
                    throw new UserWriteOutcomeUnknownException(userId, failure);
                throw await sender.Failures.TranslateAsync(
                    operation, tables, failure, explainRefusal, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits before what DynamoDB left unprocessed is sent again.</summary>
    /// <returns>False when the time of the call is up.</returns>
    public Task<bool> TryPauseForUnprocessedAsync()
    {
        observer?.Retrying(isThrottled: true);
        return TryPauseAsync();
    }

    /// <summary>Waits before what was found is looked at again, because somebody else keeps changing it.</summary>
    /// <returns>False when the time of the call is up.</returns>
    public async Task<bool> TryPauseAsync()
    {
        // Full jitter: callers that met each other once do not meet again.
        double ceiling = Math.Min(
            retry.LongestDelay.TotalMilliseconds,
            retry.FirstDelay.TotalMilliseconds * Math.Pow(2, _pauses++));
        var pause = TimeSpan.FromMilliseconds(ceiling * Random.Shared.NextDouble());
        if (sender.Time.GetElapsedTime(_started) + pause >= retry.TotalTime)
            return false;
        await Task.Delay(pause, sender.Time, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private bool HasTime => sender.OwnsRetries && sender.Time.GetElapsedTime(_started) < retry.TotalTime;

    private async Task<TResponse> AttemptAsync<TResponse>(Func<CancellationToken, Task<TResponse>> send)
    {
        cancellationToken.ThrowIfCancellationRequested();
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

        observer?.Consumed(UnitsOf(response));
        return response;
    }

    private static double UnitsOf(object? response) => response switch
    {
        PutItemResponse put => put.ConsumedCapacity?.CapacityUnits ?? 0,
        UpdateItemResponse update => update.ConsumedCapacity?.CapacityUnits ?? 0,
        DeleteItemResponse delete => delete.ConsumedCapacity?.CapacityUnits ?? 0,
        GetItemResponse get => get.ConsumedCapacity?.CapacityUnits ?? 0,
        ScanResponse scan => scan.ConsumedCapacity?.CapacityUnits ?? 0,
        TransactWriteItemsResponse transaction => transaction.ConsumedCapacity?.Sum(table => table.CapacityUnits ?? 0) ?? 0,
        BatchWriteItemResponse batch => batch.ConsumedCapacity?.Sum(table => table.CapacityUnits ?? 0) ?? 0,
        _ => 0,
    };

    private async Task<bool> CanRetryAsync(Exception failure)
    {
        if (!(sender.OwnsRetries ? RequestFailure.IsTransient(failure) : RequestFailure.IsConflict(failure)))
            return false;
        observer?.Retrying(RequestFailure.IsThrottle(failure));
        return await TryPauseAsync().ConfigureAwait(false);
    }

    // Whatever a cancelled request ends with, the caller is told of the cancellation.
    private void ThrowIfCancelled(Exception failure)
    {
        if (cancellationToken.IsCancellationRequested && RequestFailure.HasNoAnswer(failure))
            throw new OperationCanceledException("The call was cancelled.", failure, cancellationToken);
    }
}

/// <summary>What became of a write: its response, or the failed condition.</summary>
/// <param name="Response">The response, if one came; the write may be known to have been applied without one.</param>
/// <param name="FailedCondition">What DynamoDB reported, if a condition failed.</param>
/// <param name="AnswerWasLost">Whether an earlier attempt got no answer, so that it may have been applied.</param>
internal readonly record struct WriteAnswer<TResponse>(
    TResponse? Response, AmazonDynamoDBException? FailedCondition, bool AnswerWasLost);
