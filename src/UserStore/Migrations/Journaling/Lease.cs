using Microsoft.Extensions.Logging;

namespace UserStore.Migrations.Journaling;

/// <summary>The lock while it is held. Renews itself until it is disposed of; when it could not in time, it is lost, and says so to
/// whatever runs under it.</summary>
internal sealed class Lease : IAsyncDisposable
{
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(10);

    private readonly IMigrationJournal _journal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _duration;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _renewals;
    private LockRow _row;
    private long _renewedAt;

    /// <param name="journal">Where the lock is kept.</param>
    /// <param name="row">The row with which the lock was taken.</param>
    /// <param name="sentAt">When that row was sent, by the clock of the host: others count from when it arrived, which was later.</param>
    /// <param name="host">Where it is held.</param>
    public Lease(IMigrationJournal journal, LockRow row, long sentAt, RunnerEnvironment host)
    {
        (_journal, _row, _renewedAt, _time, _logger, _duration) = (journal, row, sentAt, host.Time, host.Logger, row.Owner!.Lease);
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

    /// <summary>Gets a value indicating whether the lease is lost. Looks at the clock as well: after a process was suspended, this may run
    /// before the timer that would have noticed.</summary>
    public bool IsLost => Lost.IsCancellationRequested || Remaining <= TimeSpan.Zero;

    /// <summary>Releases the lock, if it is still this lease's.</summary>
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
            MigrationLog.ReleaseFailed(_logger, failure); // it ends by itself
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

            // A renewal whose answer does not come must not hide that the time is up.
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
                // the loop finds out which of both it was
            }
            catch (Exception failure)
            {
                MigrationLog.RenewalFailed(_logger, Fence.Number, failure);
                await DelayAsync(remaining / 10).ConfigureAwait(false);
            }
        }
    }

    /// <returns>Whether the lock is still this lease's.</returns>
    private async Task<bool> TryRenewAsync(CancellationToken cancellationToken)
    {
        long sentAt = _time.GetTimestamp();
        LockRow next = _row with { Revision = _row.Revision + 1, Owner = _row.Owner! with { RenewedAt = _time.GetUtcNow() } };
        if (await _journal.TryReplaceLockAsync(_row, next, cancellationToken).ConfigureAwait(false))
        {
            _row = next;
            Volatile.Write(ref _renewedAt, sentAt);
            return true;
        }

        // An earlier renewal may have been applied although it was given up.
        LockRow? found = await _journal.FindLockAsync(cancellationToken).ConfigureAwait(false);
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
            if (await _journal.TryReplaceLockAsync(row, free, cancellationToken).ConfigureAwait(false))
                return;
            row = await _journal.FindLockAsync(cancellationToken).ConfigureAwait(false);
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
