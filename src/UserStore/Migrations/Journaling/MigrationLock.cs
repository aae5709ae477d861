namespace UserStore.Migrations.Journaling;

/// <summary>Lets one runner at a time through, and tells when the one before it is gone.</summary>
internal sealed class MigrationLock(IMigrationJournal journal, MigrationOptions options, RunnerEnvironment host)
{
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(1);

    /// <summary>Takes the lock.</summary>
    /// <param name="lockConflictBehavior">What to do when it is held.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when it is held and <paramref name="lockConflictBehavior"/> is <see cref="LockConflictBehavior.Skip"/>.</returns>
    /// <exception cref="MigrationLockedException">It is held.</exception>
    public async Task<Lease?> TryAcquireAsync(LockConflictBehavior lockConflictBehavior, TimeSpan timeout, CancellationToken cancellationToken)
    {
        long started = host.Time.GetTimestamp();
        var watch = new LockWatch(host.Time, options.Lease);
        while (true)
        {
            LockRow? row = await journal.FindLockAsync(cancellationToken).ConfigureAwait(false);
            if (row?.IsHeld != true || watch.IsStale(row))
            {
                long sentAt = host.Time.GetTimestamp();
                LockRow next = Acquired(row);
                if (await journal.TryReplaceLockAsync(row, next, cancellationToken).ConfigureAwait(false))
                    return new Lease(journal, next, sentAt, host);
                continue; // another runner was faster: look who holds it now
            }

            if (lockConflictBehavior == LockConflictBehavior.Skip)
                return null;
            TimeSpan left = timeout - host.Time.GetElapsedTime(started);
            if (lockConflictBehavior == LockConflictBehavior.Fail || left <= TimeSpan.Zero)
                throw new MigrationLockedException(row.ToStatus());
            TimeSpan pause = Poll();
            await Task.Delay(pause < left ? pause : left, host.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the lock away from whoever holds it.</summary>
    /// <returns>The lock as it was.</returns>
    public async Task<MigrationLockStatus> ReleaseByForceAsync(string reason, CancellationToken cancellationToken)
    {
        while (true)
        {
            LockRow? row = await journal.FindLockAsync(cancellationToken).ConfigureAwait(false);
            if (row?.IsHeld != true)
                return (row ?? new LockRow { Fence = 1 }).ToStatus();
            var release = new ForcedRelease(row.Owner?.RunId, host.Time.GetUtcNow(), host.Name, reason);
            LockRow next = row with
            {
                Fence = row.Fence + 1, // so that the holder's number is too low from now on
                Revision = row.Revision + 1,
                Owner = null,
                Releases = [.. row.Releases.TakeLast(LockRow.MaxReleases - 1), release],
            };
            if (await journal.TryReplaceLockAsync(row, next, cancellationToken).ConfigureAwait(false))
                return row.ToStatus();
        }
    }

    private LockRow Acquired(LockRow? row)
    {
        DateTimeOffset now = host.Time.GetUtcNow();
        return (row ?? new LockRow()) with
        {
            Fence = (row?.Fence ?? 0) + 1,
            Revision = (row?.Revision ?? 0) + 1,
            Owner = new MigrationLockOwner(Guid.NewGuid().ToString("N"), host.Name, now, now, options.Lease),
        };
    }

    // Those who wait for the same lock look at different times.
    private TimeSpan Poll()
    {
        TimeSpan poll = options.Lease / 20;
        poll = poll < ShortestPoll ? ShortestPoll : poll > LongestPoll ? LongestPoll : poll;
        return poll * (0.5 + Random.Shared.NextDouble());
    }
}

/// <summary>Watches the lock from outside. Clocks of two hosts are never compared: a holder whose row did not change for a whole lease, by
/// the clock of the one who watches, has not renewed it.</summary>
internal sealed class LockWatch(TimeProvider time, TimeSpan ownLease)
{
    private LockRow? _seen;
    private long _since;

    /// <summary>Looks at the row as it was just read.</summary>
    public bool IsStale(LockRow row)
    {
        if (row.Owner is null)
            return false; // another program's, which renews nothing
        if (_seen is null || (_seen.Fence, _seen.Revision) != (row.Fence, row.Revision))
        {
            (_seen, _since) = (row, time.GetTimestamp());
            return false;
        }

        TimeSpan lease = row.Owner.Lease > ownLease ? row.Owner.Lease : ownLease;
        return time.GetElapsedTime(_since) >= lease;
    }
}
