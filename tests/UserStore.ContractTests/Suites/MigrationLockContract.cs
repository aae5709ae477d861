using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Running;

namespace UserStore.ContractTests.Suites;

/// <summary>The lock: one owner at a time, which renews its lease and is replaced when it does not.</summary>
public abstract class MigrationLockContract(StoreFactory stores) : Contract(stores)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly MigrationBench _bench = new(stores);

    [Fact]
    public async Task A_second_runner_waits_fails_or_skips()
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

    [Theory]
    [InlineData(LockConflictBehavior.Skip)]
    [InlineData(LockConflictBehavior.Fail)]
    public async Task A_runner_that_does_not_wait_watches_for_a_renewal_and_replaces_an_owner_that_stopped(LockConflictBehavior behavior)
    {
        MigrationLock second = await OpenAsync(), third = await OpenAsync();
        LockFence stopped = await LeaveBehindAsync();
        long started = _bench.Time.GetTimestamp();

        Lease next = (await second.TryAcquireAsync(behavior, TimeSpan.Zero, default))!;

        TimeSpan watched = _bench.Time.GetElapsedTime(started);
        next.Fence.Number.Should().Be(stopped.Number + 1);
        watched.Should().BeGreaterThan(_bench.Options.Lease * 0.95).And.BeLessThan(_bench.Options.Lease * 2);
        started = _bench.Time.GetTimestamp();
        Func<Task<Lease?>> refused = () => third.TryAcquireAsync(behavior, TimeSpan.Zero, default);
        if (behavior == LockConflictBehavior.Skip)
            (await refused()).Should().BeNull();
        else
            await refused.Should().ThrowAsync<MigrationLockedException>();
        _bench.Time.GetElapsedTime(started).Should().BeLessThan(_bench.Options.Lease * 0.7, "an owner at work renews after a third of its lease");
        await next.DisposeAsync();
    }

    [Fact]
    public async Task A_lock_that_was_handed_over_continues_with_its_fencing_numbers()
    {
        MigrationLock one = await OpenAsync();
        await using Lease first = (await one.TryAcquireAsync(LockConflictBehavior.Fail, Long, default))!;

        await first.ReleaseByDeletingAsync(default);

        LockRow deleted = (await (await OpenStoreAsync()).FindAsync(default))!;
        (deleted.IsDeleted, deleted.IsHeld).Should().Be((true, false));
        Lease[] next = [.. (await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => one.TryAcquireAsync(LockConflictBehavior.Skip, Long, default)))).OfType<Lease>()];
        next.Should().ContainSingle().Which.Fence.Number.Should().Be(first.Fence.Number + 1);
        (await (await OpenStoreAsync()).FindAsync(default))!.IsDeleted.Should().BeFalse();
        await first.Invoking(lease => lease.ReleaseByDeletingAsync(default)).Should().ThrowAsync<MigrationLeaseLostException>();
        await next[0].DisposeAsync();
    }

    [Fact]
    public async Task A_lock_that_was_handed_over_since_it_was_read_cannot_be_acquired_with_the_same_fencing_number()
    {
        MigrationLock one = await OpenAsync();
        IMigrationLockStore store = await OpenStoreAsync();
        LockRow? seen = await store.FindAsync(default);
        await using Lease first = (await one.TryAcquireAsync(LockConflictBehavior.Fail, Long, default))!;
        await first.ReleaseByDeletingAsync(default);

        bool isReplaced = await store.TryReplaceAsync(seen, new LockRow { Fence = first.Fence.Number, Revision = 1 }, default);

        (seen, isReplaced).Should().Be((null, false));
        (await store.FindLastFenceAsync(default)).Should().Be(first.Fence.Number);
    }

    [Fact]
    public async Task A_lock_that_was_handed_over_stays_so_when_its_lease_ends()
    {
        MigrationLock one = await OpenAsync();
        Lease lease = (await one.TryAcquireAsync(LockConflictBehavior.Fail, Long, default))!;
        IMigrationLockStore store = await OpenStoreAsync();
        LockRow held = (await store.FindAsync(default))!;
        await lease.ReleaseByDeletingAsync(default);

        bool isReplaced = await store.TryReplaceAsync(held, held with { Revision = held.Revision + 1, Owner = null }, default);
        await lease.DisposeAsync();

        ((await store.FindAsync(default))!.IsDeleted, isReplaced).Should().Be((true, false));
    }

    [Fact]
    public async Task A_wait_for_the_lock_can_be_cancelled()
    {
        MigrationLock first = await OpenAsync(), second = await OpenAsync();
        await using Lease? held = await first.TryAcquireAsync(LockConflictBehavior.Wait, Long, default);
        using var cancel = new CancellationTokenSource();

        Task<Lease?> waiting = second.TryAcquireAsync(LockConflictBehavior.Wait, Long, cancel.Token);
        await cancel.CancelAsync();

        await waiting.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_lease_is_renewed_while_it_is_held()
    {
        MigrationLock first = await OpenAsync(), second = await OpenAsync();
        await using Lease? held = await first.TryAcquireAsync(LockConflictBehavior.Wait, Long, default);

        // Longer than a lease, which a waiting runner would acquire if it were not renewed.
        await second.Invoking(other => other.TryAcquireAsync(LockConflictBehavior.Wait, _bench.Options.Lease * 1.5, default))
            .Should().ThrowAsync<MigrationLockedException>();

        held!.IsLost.Should().BeFalse();
    }

    [Fact]
    public async Task An_owner_that_stopped_is_replaced_after_one_lease_and_within_two()
    {
        MigrationLock second = await OpenAsync();
        LockFence stopped = await LeaveBehindAsync();
        long started = _bench.Time.GetTimestamp();

        await using Lease? next = await second.TryAcquireAsync(LockConflictBehavior.Wait, Long, default);

        _bench.Time.GetElapsedTime(started).Should().BeGreaterThan(
            _bench.Options.Lease * 0.95).And.BeLessThan(_bench.Options.Lease * 2);
        next!.Fence.Number.Should().Be(stopped.Number + 1);
        (await (await OpenJournalAsync()).TryRecordAsync(new MigrationEntry { Id = "1" }, stopped, default)).Should().BeFalse();
    }

    [Fact]
    public async Task A_wrong_clock_does_not_cost_an_owner_the_lock()
    {
        MigrationLock first = await OpenAsync(), second = await OpenAsync();
        await using Lease? held = await first.TryAcquireAsync(LockConflictBehavior.Wait, Long, default);
        IMigrationLockStore store = await OpenStoreAsync();
        LockRow row = (await store.FindAsync(default))!;
        row.Owner!.RenewedAt.Should().BeAfter(DateTimeOffset.UnixEpoch);

        // The owner's clock is at 1970, so that waiting runners have not yet observed its lock item.
        await ChangeAsync(
            store,
            seen => seen with { Owner = seen.Owner! with { RenewedAt = DateTimeOffset.UnixEpoch, AcquiredAt = DateTimeOffset.UnixEpoch } });

        await second.Invoking(other => other.TryAcquireAsync(LockConflictBehavior.Wait, _bench.Options.Lease * 0.7, default))
            .Should().ThrowAsync<MigrationLockedException>();
        held!.IsLost.Should().BeFalse();
    }

    [Fact]
    public async Task A_forced_release_ends_the_lease_and_is_recorded()
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
    public async Task A_lock_without_owner_cannot_be_released_by_force()
    {
        MigrationLock one = await OpenAsync();

        (await one.ReleaseByForceAsync("why not", default)).IsHeld.Should().BeFalse();
        await (await one.TryAcquireAsync(LockConflictBehavior.Fail, Long, default))!.DisposeAsync();
        (await one.ReleaseByForceAsync("why not", default)).Should().BeEquivalentTo(
            new { IsHeld = false, Fence = 1L, Releases = Array.Empty<ForcedRelease>() });
    }

    [Fact]
    public async Task Only_one_of_many_runners_owns_the_lock_at_a_time()
    {
        await OpenAsync();
        int owners = 0, most = 0, acquired = 0;

        await Parallel.ForAsync(0, 8, async (_, token) =>
        {
            MigrationLock own = await OpenAsync();
            for (int i = 0; i < 3; i++)
            {
                await using Lease? lease = await own.TryAcquireAsync(LockConflictBehavior.Wait, TimeSpan.FromMinutes(2), token);
                most = Math.Max(most, Interlocked.Increment(ref owners));
                await Task.Yield();
                Interlocked.Decrement(ref owners);
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
            null, new LockRow { Fence = 3, Revision = 5, Owner = new("stopped", "stopped/1", now, now, _bench.Options.Lease) }, default);
        return new LockFence("stopped", 3);
    }

    private static async Task ChangeAsync(IMigrationLockStore store, Func<LockRow, LockRow> change)
    {
        LockRow? seen;
        do
            seen = await store.FindAsync(default);
        while (!await store.TryReplaceAsync(seen, change(seen!) with { Revision = seen!.Revision + 1 }, default));
    }
}
