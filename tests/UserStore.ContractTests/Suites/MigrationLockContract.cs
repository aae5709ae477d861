using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Running;

namespace UserStore.ContractTests.Suites;

/// <summary>The lock: one holder at a time, who renews its lease, and is succeeded when it does not.</summary>
public abstract class MigrationLockContract(StoreFactory stores) : Contract(stores)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly MigrationBench _bench = new(stores);

    [Fact]
    public async Task Whoever_comes_second_waits_fails_or_skips()
    {
        MigrationLock first = await OpenAsync(), second = await OpenAsync();
        Lease held = (await first.TryAcquireAsync(LockConflictBehavior.Wait, Long, default))!;

        (await second.TryAcquireAsync(LockConflictBehavior.Skip, Long, default)).Should().BeNull();
        MigrationLockedException locked = (await second.Invoking(other => other.TryAcquireAsync(LockConflictBehavior.Fail, Long, default))
            .Should().ThrowAsync<MigrationLockedException>()).Which;
        locked.Lock.Owner!.RunId.Should().Be(held.Fence.Owner);
        locked.Message.Should().Contain("test-host/1");
        locked.IsTransient.Should().BeTrue();
        await second.Invoking(other => other.TryAcquireAsync(LockConflictBehavior.Wait, TimeSpan.FromMilliseconds(100), default))
            .Should().ThrowAsync<MigrationLockedException>();

        Task<Lease?> waiting = second.TryAcquireAsync(LockConflictBehavior.Wait, Long, default);
        await held.DisposeAsync();
        await using Lease? next = await waiting;
        next!.Fence.Number.Should().BeGreaterThan(held.Fence.Number);
    }

    [Fact]
    public async Task A_wait_is_cancelled()
    {
        MigrationLock first = await OpenAsync(), second = await OpenAsync();
        await using Lease? held = await first.TryAcquireAsync(LockConflictBehavior.Wait, Long, default);
        using var cancel = new CancellationTokenSource();

        Task<Lease?> waiting = second.TryAcquireAsync(LockConflictBehavior.Wait, Long, cancel.Token);
        await cancel.CancelAsync();

        await waiting.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_lease_is_renewed_for_as_long_as_it_is_held()
    {
        MigrationLock first = await OpenAsync(), second = await OpenAsync();
        await using Lease? held = await first.TryAcquireAsync(LockConflictBehavior.Wait, Long, default);

        // Longer than a lease, which a watcher would take over if it were not renewed.
        await second.Invoking(other => other.TryAcquireAsync(LockConflictBehavior.Wait, _bench.Options.Lease * 1.5, default))
            .Should().ThrowAsync<MigrationLockedException>();

        held!.IsLost.Should().BeFalse();
    }

    [Fact]
    public async Task A_holder_who_is_gone_is_succeeded_after_a_lease_and_within_two()
    {
        MigrationLock second = await OpenAsync();
        LockFence gone = await LeaveBehindAsync();
        long started = _bench.Time.GetTimestamp();

        await using Lease? next = await second.TryAcquireAsync(LockConflictBehavior.Wait, Long, default);

        _bench.Time.GetElapsedTime(started).Should().BeGreaterThan(
            _bench.Options.Lease * 0.95).And.BeLessThan(_bench.Options.Lease * 2);
        next!.Fence.Number.Should().Be(gone.Number + 1);
        (await (await OpenJournalAsync()).TryRecordAsync(new MigrationEntry { Id = "1" }, gone, default)).Should().BeFalse();
    }

    [Fact]
    public async Task A_clock_that_is_wrong_takes_nothing_from_a_holder()
    {
        MigrationLock first = await OpenAsync(), second = await OpenAsync();
        await using Lease? held = await first.TryAcquireAsync(LockConflictBehavior.Wait, Long, default);
        IMigrationLockStore store = await OpenStoreAsync();
        LockRow row = (await store.FindAsync(default))!;
        row.Owner!.RenewedAt.Should().BeAfter(DateTimeOffset.UnixEpoch);

        // As if the holder's clock stood at 1970: to watchers its row has not even been looked at yet.
        await ChangeAsync(
            store,
            seen => seen with { Owner = seen.Owner! with { RenewedAt = DateTimeOffset.UnixEpoch, AcquiredAt = DateTimeOffset.UnixEpoch } });

        await second.Invoking(other => other.TryAcquireAsync(LockConflictBehavior.Wait, _bench.Options.Lease * 0.7, default))
            .Should().ThrowAsync<MigrationLockedException>();
        held!.IsLost.Should().BeFalse();
    }

    [Fact]
    public async Task Who_is_released_by_force_loses_the_lease_and_the_release_is_recorded()
    {
        MigrationLock first = await OpenAsync(), second = await OpenAsync();
        await using Lease? held = await first.TryAcquireAsync(LockConflictBehavior.Wait, Long, default);
        var lost = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = held!.Lost.Register(lost.SetResult);

        MigrationLockStatus before = await second.ReleaseByForceAsync("it hung", default);

        before.Owner!.RunId.Should().Be(held.Fence.Owner);
        (await (await OpenJournalAsync()).TryRecordAsync(new MigrationEntry { Id = "1" }, held.Fence, default)).Should().BeFalse();
        await lost.Task.WaitAsync(Long);
        held.Invoking(lease => lease.ThrowIfLost("1")).Should().Throw<MigrationLeaseLostException>().Which.MigrationId.Should().Be("1");
        await using Lease? next = await second.TryAcquireAsync(LockConflictBehavior.Fail, Long, default);
        ForcedRelease release = (await _bench.Open().Lock.FindAsync(default))!.Releases.Should().ContainSingle().Which;
        (release.RunId, release.Reason, release.Host).Should().Be((held.Fence.Owner, "it hung", "test-host/1"));
    }

    [Fact]
    public async Task A_free_lock_is_not_released_by_force()
    {
        MigrationLock one = await OpenAsync();

        (await one.ReleaseByForceAsync("why not", default)).IsHeld.Should().BeFalse();
        await (await one.TryAcquireAsync(LockConflictBehavior.Fail, Long, default))!.DisposeAsync();
        (await one.ReleaseByForceAsync("why not", default)).Should().BeEquivalentTo(
            new { IsHeld = false, Fence = 1L, Releases = Array.Empty<ForcedRelease>() });
    }

    [Fact]
    public async Task Of_many_who_want_the_lock_one_has_it_at_a_time()
    {
        await OpenAsync();
        int holders = 0, most = 0, acquired = 0;

        await Parallel.ForAsync(0, 8, async (_, token) =>
        {
            MigrationLock own = await OpenAsync();
            for (int i = 0; i < 3; i++)
            {
                await using Lease? lease = await own.TryAcquireAsync(LockConflictBehavior.Wait, TimeSpan.FromMinutes(2), token);
                most = Math.Max(most, Interlocked.Increment(ref holders));
                await Task.Yield();
                Interlocked.Decrement(ref holders);
                Interlocked.Increment(ref acquired);
            }
        });

        (most, acquired).Should().Be((1, 24));
        (await _bench.Open().Lock.FindAsync(default))!.Fence.Should().BeGreaterThanOrEqualTo(24);
    }

    private async Task<MigrationLock> OpenAsync()
    {
        MigrationLock opened = _bench.OpenLock(out IMigrationJournal journal);
        await journal.EnsureAsync(default);
        return opened;
    }

    private async Task<IMigrationJournal> OpenJournalAsync()
    {
        IMigrationJournal journal = _bench.Open().Journal;
        await journal.EnsureAsync(default);
        return journal;
    }

    private async Task<IMigrationLockStore> OpenStoreAsync()
    {
        MigrationTarget target = _bench.Open();
        await target.Journal.EnsureAsync(default);
        return target.Lock;
    }

    private async Task<LockFence> LeaveBehindAsync()
    {
        IMigrationLockStore store = await OpenStoreAsync();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        await store.TryReplaceAsync(
            null, new LockRow { Fence = 3, Revision = 5, Owner = new("gone", "gone/1", now, now, _bench.Options.Lease) }, default);
        return new LockFence("gone", 3);
    }

    private static async Task ChangeAsync(IMigrationLockStore store, Func<LockRow, LockRow> change)
    {
        LockRow? seen;
        do
            seen = await store.FindAsync(default);
        while (!await store.TryReplaceAsync(seen, change(seen!) with { Revision = seen!.Revision + 1 }, default));
    }
}
