using Microsoft.Extensions.Logging;

namespace UserStore.Migrations.Journaling;

/// <summary>Represents the lock while this runner holds it. Renews itself until it is disposed of. A lease that cannot be renewed in time
/// is lost, and cancels <see cref="Lost"/>.</summary>
internal sealed class Lease : IAsyncDisposable
{
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(10);

    private readonly IMigrationLockStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _duration;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _renewals;
    private LockRow _row;
    private long _renewedAt;

    /// <param name="store">Where the lock is stored.</param>
    /// <param name="row">The row with which the lock was acquired.</param>
    /// <param name="sentAt">When that row was sent, by the clock of this process. Other runners count from its arrival, which was later.</param>
    /// <param name="environment">The process that holds it.</param>
    public Lease(IMigrationLockStore store, LockRow row, long sentAt, RunnerEnvironment environment)
    {
        (_store, _row, _renewedAt, _time, _logger, _duration) = (store, row, sentAt, environment.Time, environment.Logger, row.Owner!.Lease);
        Fence = new LockFence(row.Owner.RunId, row.Fence);
        Lost = _lost.Token;
        _renewals = RenewAsync();
    }

    public LockFence Fence { get; }

    /// <summary>Gets a token that is cancelled when the lease is lost.</summary>
    public CancellationToken Lost { get; }

    /// <exception cref="MigrationLeaseLostException">The lease is lost.</exception>
    public void ThrowIfLost(string? migrationId = null)
    {
        if (IsLost)
            throw new MigrationLeaseLostException(migrationId);
    }

    /// <summary>Gets a value indicating whether the lease is lost. Checks the clock as well, because after a suspension of the process
    /// this may run before the timer fires.</summary>
    public bool IsLost => Lost.IsCancellationRequested || Remaining <= TimeSpan.Zero;

    /// <summary>Releases the lock by deleting its row, for programs for which the existence of the row means that the lock is held.</summary>
    /// <exception cref="MigrationLeaseLostException">Another runner holds the lock.</exception>
    public async Task ReleaseByDeletingAsync(CancellationToken cancellationToken)
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _renewals.ConfigureAwait(false);
        for (LockRow? row = _row; row?.IsHeldBy(Fence) == true; row = await _store.FindAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await _store.TryDeleteAsync(row, cancellationToken).ConfigureAwait(false))
            {
                _row = row with { Owner = null }; // nothing is left to release
                return;
            }
        }

        if (await _store.FindAsync(cancellationToken).ConfigureAwait(false) is not { IsDeleted: true })
            throw new MigrationLeaseLostException();
    }

    /// <summary>Releases the lock, if this lease still holds it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _renewals.ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(ReleaseTimeout, _time);
        try
        {
            await ReleaseAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UserStoreException or OperationCanceledException)
        {
            MigrationLog.ReleaseFailed(_logger, failure); // the lease expires
        }

        _ended.Dispose();
        _lost.Dispose();
    }

    private TimeSpan Remaining => _duration - _time.GetElapsedTime(Volatile.Read(ref _renewedAt));

    private async Task RenewAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            TimeSpan untilNext = _duration / 3 - _time.GetElapsedTime(_renewedAt);
            if (untilNext > TimeSpan.Zero)
            {
                await DelayAsync(untilNext).ConfigureAwait(false);
                continue;
            }

            TimeSpan remaining = Remaining;
            if (remaining <= TimeSpan.Zero)
            {
                await LoseAsync().ConfigureAwait(false);
                return;
            }

            // A renewal without a response must not delay the detection that the lease has expired.
            using var timeout = new CancellationTokenSource(remaining, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _ended.Token);
            try
            {
                if (!await TryRenewAsync(either.Token).ConfigureAwait(false))
                {
                    await LoseAsync().ConfigureAwait(false);
                    return;
                }
            }
            catch (OperationCanceledException)
            {
                // the loop determines which of the two was cancelled
            }
            catch (Exception failure)
            {
                MigrationLog.RenewalFailed(_logger, Fence.Number, failure);
                await DelayAsync(remaining / 10).ConfigureAwait(false);
            }
        }
    }

    /// <returns>Whether this lease still holds the lock.</returns>
    private async Task<bool> TryRenewAsync(CancellationToken cancellationToken)
    {
        long sentAt = _time.GetTimestamp();
        LockRow next = _row with { Revision = _row.Revision + 1, Owner = _row.Owner! with { RenewedAt = _time.GetUtcNow() } };
        if (await _store.TryReplaceAsync(_row, next, cancellationToken).ConfigureAwait(false))
        {
            _row = next;
            Volatile.Write(ref _renewedAt, sentAt);
            return true;
        }

        // An earlier renewal may have been applied although no response was received.
        LockRow? found = await _store.FindAsync(cancellationToken).ConfigureAwait(false);
        if (found?.IsHeldBy(Fence) != true)
            return false;
        _row = found;
        return true;
    }

    private async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        LockRow? row = _row;
        while (row?.IsHeldBy(Fence) == true)
        {
            LockRow free = row with { Revision = row.Revision + 1, Owner = null };
            if (await _store.TryReplaceAsync(row, free, cancellationToken).ConfigureAwait(false))
                return;
            row = await _store.FindAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task LoseAsync()
    {
        MigrationLog.LeaseLost(_logger, Fence.Number);
        await _lost.CancelAsync().ConfigureAwait(false);
    }

    private Task DelayAsync(TimeSpan pause) => Task.Delay(pause, _time, _ended.Token).ContinueWith(
        static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
