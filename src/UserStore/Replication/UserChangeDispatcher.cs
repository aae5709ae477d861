using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace UserStore.Replication;

/// <summary>Hands the changes of a batch to handlers: those of one user in their order, those of different users at the same
/// time.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <remarks>
/// A change that fails is tried again, a few times within this invocation; then it is reported, and with it all later changes of the same
/// user in the batch, untried. Whether it comes again is up to the event source: its retry limit and its queue for failures. That queue
/// holds positions in the stream, not records: what failed for good is brought in by reading the source, never by replaying old images.
/// </remarks>
public sealed class UserChangeDispatcher<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : User
{
    private readonly UserChangeReader<TUser> _reader;
    private readonly IUserChangeHandler<TUser>[] _handlers;
    private readonly UserChangeDispatchOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Initializes a new instance of the <see cref="UserChangeDispatcher{TUser}"/> class.</summary>
    /// <param name="reader">Reads the records.</param>
    /// <param name="handlers">Handle each change, one after the other. When one fails, all of them get the change again.</param>
    /// <param name="options">How; the defaults if null.</param>
    /// <param name="timeProvider">The clock; the system's if null.</param>
    /// <param name="logger">Is told what failed; nobody if null.</param>
    public UserChangeDispatcher(
        UserChangeReader<TUser> reader,
        IEnumerable<IUserChangeHandler<TUser>> handlers,
        UserChangeDispatchOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger<UserChangeDispatcher<TUser>>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(handlers);
        (_reader, _handlers, _options) = (reader, [.. handlers], (options ?? new UserChangeDispatchOptions()).Checked());
        (_time, _logger) = (timeProvider ?? TimeProvider.System, logger ?? (ILogger)NullLogger.Instance);
    }

    /// <summary>Handles an event as Lambda delivers it.</summary>
    /// <param name="json">The event, in UTF-8.</param>
    /// <param name="cancellationToken">Ends the invocation.</param>
    /// <returns>What was handled and what was not.</returns>
    /// <exception cref="InvalidUserChangeException">The event is not JSON, or has no records.</exception>
    public async Task<UserChangeBatchResult> DispatchAsync(Stream json, CancellationToken cancellationToken = default)
        => await DispatchAsync(
            await _reader.ReadEventAsync(json, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Handles records in the order of the stream.</summary>
    /// <param name="records">The records.</param>
    /// <param name="cancellationToken">Ends the invocation.</param>
    /// <returns>What was handled and what was not.</returns>
    public async Task<UserChangeBatchResult> DispatchAsync(
        IReadOnlyList<UserChangeRecord<TUser>> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        var failures = new UserChangeFailure?[records.Count];
        // A record whose user is unknown stands for itself.
        IEnumerable<IEnumerable<int>> users = Enumerable.Range(0, records.Count)
            .GroupBy(index => records[index].UserId is { } userId ? (userId, -1) : ("", index));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.MaxConcurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(users, parallel, async (indexes, token) =>
        {
            bool hasFailed = false;
            foreach (int index in indexes)
            {
                UserChangeRecord<TUser> record = records[index];
                Exception? failure = hasFailed ? null : await TryHandleAsync(record, token).ConfigureAwait(false);
                if (failure is not null)
                    ReplicationLog.ChangeFailed(_logger, record.SequenceNumber, record.UserId, failure.GetType().Name);
                if (hasFailed || failure is not null)
                    failures[index] = new UserChangeFailure(record.SequenceNumber, record.UserId, failure);
                hasFailed |= failure is not null;
            }
        }).ConfigureAwait(false);
        UserChangeFailure[] failed = [.. failures.OfType<UserChangeFailure>()];
        return new UserChangeBatchResult(records.Count - failed.Length, failed);
    }

    private async Task<Exception?> TryHandleAsync(UserChangeRecord<TUser> record, CancellationToken cancellationToken)
    {
        if (record.Change is not { } change)
            return record.Problem;
        for (int tries = 1; ; tries++)
        {
            try
            {
                foreach (IUserChangeHandler<TUser> handler in _handlers)
                    await handler.HandleAsync(change, cancellationToken).ConfigureAwait(false);
                return null;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                if (tries == _options.MaxAttempts)
                    return failure;
            }

            TimeSpan ceiling = _options.BaseDelay * Math.Pow(2, tries - 1);
            await Task.Delay(ceiling * Random.Shared.NextDouble(), _time, cancellationToken).ConfigureAwait(false);
        }
    }
}
