namespace UserStore.Migrations.Journaling;

/// <summary>Acquires the lock, which one runner holds at a time, and detects owners that stopped renewing it.</summary>
internal sealed class MigrationLock(IMigrationLockStore store, MigrationOptions options, RunnerEnvironment environment)
{
    private static readonly TimeSpan MaxPollInterval = TimeSpan.FromSeconds(1);

    /// <summary>Acquires the lock.</summary>
    /// <param name="lockConflictBehavior">What to do when another runner holds it.</param>
    /// <param name="timeout">The maximum time to wait.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The lease; null when another runner holds the lock and <paramref name="lockConflictBehavior"/> is
    /// <see cref="LockConflictBehavior.Skip"/>.</returns>
    /// <exception cref="MigrationLockedException">Another runner holds the lock.</exception>
    public async Task<Lease?> TryAcquireAsync(LockConflictBehavior lockConflictBehavior, TimeSpan timeout, CancellationToken cancellationToken)
    {
        long started = environment.Time.GetTimestamp();
        var watch = new LockWatch(environment.Time, options.Lease);
        bool isWaiting = false;
        while (true)
        {
            LockRow? row = await store.FindAsync(cancellationToken).ConfigureAwait(false);
            LockObservation observation = watch.Observe(row);
            if (observation is LockObservation.Free or LockObservation.Stale)
            {
                long sentAt = environment.Time.GetTimestamp();
                LockRow next = Acquired(row, await NextFenceAsync(row, cancellationToken).ConfigureAwait(false));
                if (await store.TryReplaceAsync(row, next, cancellationToken).ConfigureAwait(false))
                    return new Lease(store, next, sentAt, environment);
                continue; // another runner was faster
            }

            TimeSpan pause = NextPollInterval();
            if (lockConflictBehavior == LockConflictBehavior.Wait)
            {
                TimeSpan left = timeout - environment.Time.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                    throw new MigrationLockedException(row!.ToStatus());
                pause = pause < left ? pause : left;
            }
            else if (observation == LockObservation.Held)
            {
                return lockConflictBehavior == LockConflictBehavior.Skip ? null : throw new MigrationLockedException(row!.ToStatus());
            }

            if (!isWaiting)
                MigrationLog.Waiting(environment.Logger, row!.Owner?.ToString() ?? "another program");
            isWaiting = true;
            await Task.Delay(pause, environment.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Releases the lock, regardless of its owner.</summary>
    /// <returns>The lock as it was before.</returns>
    public async Task<MigrationLockStatus> ReleaseByForceAsync(string reason, CancellationToken cancellationToken)
    {
        while (true)
        {
            LockRow? row = await store.FindAsync(cancellationToken).ConfigureAwait(false);
            if (row?.IsHeld != true)
                return (row ?? new LockRow { Fence = 1 }).ToStatus();
            var release = new ForcedRelease(row.Owner?.RunId, environment.Time.GetUtcNow(), environment.Name, reason);
            LockRow next = row with
            {
                Fence = await NextFenceAsync(row, cancellationToken).ConfigureAwait(false), // invalidates the owner's number
                Revision = row.Revision + 1,
                Owner = null,
                Releases = [.. row.Releases.TakeLast(LockRow.MaxReleases - 1), release],
            };
            if (await store.TryReplaceAsync(row, next, cancellationToken).ConfigureAwait(false))
                return row.ToStatus();
        }
    }

    // Without a row of ours, the checkpoints tell the last number: they accept no lower one.
    private async Task<long> NextFenceAsync(LockRow? row, CancellationToken cancellationToken)
        => 1 + (row is { IsDeleted: false, IsExternal: false } ? row.Fence : await store.FindLastFenceAsync(cancellationToken).ConfigureAwait(false));

    private LockRow Acquired(LockRow? row, long fence)
    {
        DateTimeOffset now = environment.Time.GetUtcNow();
        return (row ?? new LockRow()) with
        {
            IsDeleted = false,
            Fence = fence,
            Revision = (row?.Revision ?? 0) + 1,
            Owner = new MigrationLockOwner(Guid.NewGuid().ToString("N"), environment.Name, now, now, options.Lease),
        };
    }

    // Random, so that runners that wait for the same lock poll at different times.
    private TimeSpan NextPollInterval()
    {
        TimeSpan poll = options.Lease / 20;
        return (poll < MaxPollInterval ? poll : MaxPollInterval) * (0.5 + Random.Shared.NextDouble());
    }
}

/// <summary>Detects a lock whose owner stopped renewing it. Clocks of two hosts are never compared: an owner whose row does not change for a
/// whole lease, by the clock of the observer, has not renewed it.</summary>
internal sealed class LockWatch(TimeProvider time, TimeSpan ownLease)
{
    private LockRow? _seen;
    private long _since;

    /// <summary>Returns what the row that was just read shows, together with those read before.</summary>
    public LockObservation Observe(LockRow? row)
    {
        if (row?.IsHeld != true)
            return LockObservation.Free;
        if (row.Owner is null)
            return LockObservation.Held; // by another program, which renews nothing
        if (_seen is null || (_seen.Fence, _seen.Revision) != (row.Fence, row.Revision))
        {
            bool isFirst = _seen is null;
            (_seen, _since) = (row, time.GetTimestamp());
            return isFirst ? LockObservation.Unknown : LockObservation.Held;
        }

        TimeSpan lease = row.Owner.Lease > ownLease ? row.Owner.Lease : ownLease;
        return time.GetElapsedTime(_since) >= lease ? LockObservation.Stale : LockObservation.Unknown;
    }
}

/// <summary>Specifies what is known of a lock.</summary>
internal enum LockObservation
{
    /// <summary>It has an owner, of which is not known whether it is at work.</summary>
    Unknown,

    /// <summary>It has no owner.</summary>
    Free,

    /// <summary>Its owner renewed it while it was watched, or is another program.</summary>
    Held,

    /// <summary>Its owner did not renew it for a whole lease.</summary>
    Stale,
}
