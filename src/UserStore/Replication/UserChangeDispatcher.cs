using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using UserStore.DynamoDb.Sending;

namespace UserStore.Replication;

/// <summary>Dispatches the changes of a batch to handlers: those of one user in their order, those of different users
/// concurrently.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <remarks>
/// A change that fails is retried within the invocation. After the last attempt it is reported as failed, together with all later changes of the
/// same user in the batch, which are not attempted. <see cref="UserChangeDispatchOptions.Timeout"/> limits the time of an invocation. Whether a
/// failed change is delivered again depends on the event source: its retry limit and its queue for failures. That queue contains positions in
/// the stream, not records: repair what failed permanently by reading the source, never by replaying old images.
/// </remarks>
public sealed class UserChangeDispatcher<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : class
{
    private readonly UserChangeReader<TUser> _reader;
    private readonly IUserChangeHandler<TUser>[] _handlers;
    private readonly UserChangeDispatchOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Initializes a new instance of the <see cref="UserChangeDispatcher{TUser}"/> class.</summary>
    /// <param name="reader">Reads the records.</param>
    /// <param name="handlers">Handle each change, one after the other. If one fails, all of them receive the change again.</param>
    /// <param name="options">The options; the defaults if null.</param>
    /// <param name="timeProvider">The clock; the system's if null.</param>
    /// <param name="logger">Logs failures; nothing is logged if null.</param>
    /// <exception cref="ArgumentException">An option is outside its range; the message contains all of them.</exception>
    public UserChangeDispatcher(
        UserChangeReader<TUser> reader,
        IEnumerable<IUserChangeHandler<TUser>> handlers,
        UserChangeDispatchOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger<UserChangeDispatcher<TUser>>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(handlers);
        (_reader, _handlers, _options) = (reader, [.. handlers], options ?? new UserChangeDispatchOptions());
        if (string.Join(' ', _options.Validate()) is { Length: > 0 } problems)
            throw new ArgumentException(problems, nameof(options));
        (_time, _logger) = (timeProvider ?? TimeProvider.System, logger ?? (ILogger)NullLogger.Instance);
    }

    /// <summary>Handles an event in the form in which Lambda delivers it.</summary>
    /// <param name="json">The event, in UTF-8.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of changes that were handled, and the failures.</returns>
    /// <exception cref="InvalidUserChangeException">The event is not JSON, or has no records.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled. A timeout is not a cancellation; it is part of the result.</exception>
    public async Task<UserChangeBatchResult> DispatchAsync(Stream json, CancellationToken cancellationToken = default)
    {
        using var timeout = new DispatchTimeout(_options.Timeout, _time, cancellationToken);
        return await DispatchAsync(
            await _reader.ReadEventAsync(json, cancellationToken).ConfigureAwait(false), timeout, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Handles records in the order of the stream.</summary>
    /// <param name="records">The records.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of changes that were handled, and the failures.</returns>
    /// <exception cref="OperationCanceledException">The token was canceled. A timeout is not a cancellation; it is part of the result.</exception>
    public async Task<UserChangeBatchResult> DispatchAsync(
        IReadOnlyList<UserChangeRecord<TUser>> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        using var timeout = new DispatchTimeout(_options.Timeout, _time, cancellationToken);
        return await DispatchAsync(records, timeout, cancellationToken).ConfigureAwait(false);
    }

    private async Task<UserChangeBatchResult> DispatchAsync(
        IReadOnlyList<UserChangeRecord<TUser>> records, DispatchTimeout timeout, CancellationToken cancellationToken)
    {
        var failures = new UserChangeFailure?[records.Count];
        // A record whose user is unknown is a group of its own.
        IEnumerable<IEnumerable<int>> users = Enumerable.Range(0, records.Count)
            .GroupBy(index => records[index].Key is { } key ? (key, -1) : (default(UserKey), index));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.MaxConcurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(users, parallel, async (indexes, _) =>
        {
            bool hasFailed = false;
            foreach (int index in indexes)
            {
                if (!hasFailed)
                    failures[index] = await TryHandleAsync(records[index], timeout, cancellationToken).ConfigureAwait(false);
                else
                    failures[index] = new UserChangeFailure(records[index].SequenceNumber, records[index].Key, null);
                hasFailed |= failures[index] is not null;
            }
        }).ConfigureAwait(false);
        UserChangeFailure[] failed = [.. failures.OfType<UserChangeFailure>()];
        return new UserChangeBatchResult(records.Count - failed.Length, failed);
    }

    /// <summary>Returns null if the record was handled, and logs why it was not.</summary>
    private async Task<UserChangeFailure?> TryHandleAsync(
        UserChangeRecord<TUser> record, DispatchTimeout timeout, CancellationToken cancellationToken)
    {
        Exception? failure = record.Problem;
        if (record.Change is { } change)
        {
            if (timeout.IsReached)
            {
                ReplicationLog.ChangeNotAttempted(_logger, record.SequenceNumber, record.Key);
                return new UserChangeFailure(record.SequenceNumber, record.Key, null);
            }

            failure = await TryHandleAsync(change, timeout, cancellationToken).ConfigureAwait(false);
        }

        if (failure is null)
            return null;
        ReplicationLog.ChangeFailed(_logger, record.SequenceNumber, record.Key, FailureDescription.Of(failure));
        return new UserChangeFailure(record.SequenceNumber, record.Key, failure);
    }

    private async Task<Exception?> TryHandleAsync(UserChange<TUser> change, DispatchTimeout timeout, CancellationToken cancellationToken)
    {
        Exception? last = null;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                foreach (IUserChangeHandler<TUser> handler in _handlers)
                    await timeout.WaitAsync(handler.HandleAsync(change, timeout.Token)).ConfigureAwait(false);
                return null;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                // The cancellation by the timeout says less than the failure of the attempt before.
                last = timeout.IsReached && failure is OperationCanceledException ? last ?? failure : failure;
                if (timeout.IsReached)
                    return TimedOut(last);
                if (attempt == _options.MaxAttempts)
                    return last;
            }

            try
            {
                TimeSpan ceiling = _options.BaseDelay * Math.Pow(2, attempt - 1);
                await Task.Delay(ceiling * Random.Shared.NextDouble(), _time, timeout.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return TimedOut(last);
            }
        }
    }

    private TimeoutException TimedOut(Exception? last)
        => new($"The change was not handled before the dispatch reached its timeout of {_options.Timeout}.", last);
}
