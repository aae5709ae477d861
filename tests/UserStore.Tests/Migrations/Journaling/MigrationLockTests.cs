using Microsoft.Extensions.Logging.Testing;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.TestKit;

namespace UserStore.Tests.Migrations.Journaling;

/// <summary>How a runner waits for the lock, acquires it and releases it by force, on a clock that the test advances.</summary>
public sealed class MigrationLockTests
{
    private const int Waiting = 223;

    private readonly WatchedClock _clock = new();
    private readonly ScriptedLockStore _store = new();
    private readonly FakeLogCollector _log = new();
    private readonly MigrationOptions _options = new() { Lease = TimeSpan.FromSeconds(10) };

    [Theory]
    [InlineData(1, 0.05)]
    [InlineData(10, 0.5)]
    [InlineData(60, 1)]
    public async Task A_runner_polls_twenty_times_in_a_lease_and_at_least_once_a_second_at_random_times(double lease, double expected)
    {
        _options.Lease = TimeSpan.FromSeconds(lease);
        await _store.SetAsync(Held());
        Task<Lease?> waiting = AcquireAsync(LockConflictBehavior.Wait, TimeSpan.FromHours(1));
        List<double> pauses = [];
        for (int i = 0; i < 100; i++)
        {
            TimeSpan pause = await _clock.NextDelayAsync();
            pauses.Add(pause.TotalSeconds);
            await _store.SetAsync(await RenewedAsync());
            _clock.Advance(pause);
        }

        // A delay has no fractions of a millisecond.
        pauses.Should().OnlyContain(pause => pause >= expected * 0.5 - 0.001 && pause <= expected * 1.5);
        pauses.Average().Should().BeInRange(expected * 0.85, expected * 1.15);
        await ReleaseAsync();
        await _clock.PassDelayAsync();
        await (await waiting)!.DisposeAsync();
    }

    [Fact]
    public async Task A_runner_gives_up_exactly_at_its_timeout()
    {
        await _store.SetAsync(Held());
        long started = _clock.GetTimestamp();
        Task<Lease?> waiting = AcquireAsync(LockConflictBehavior.Wait, TimeSpan.FromSeconds(3));
        int pauses = 0;
        while (_clock.GetElapsedTime(started) < TimeSpan.FromSeconds(3))
        {
            (await _clock.PassDelayAsync()).Should().BePositive();
            pauses++;
        }

        MigrationLockedException locked = (await waiting.Invoking(task => task).Should().ThrowAsync<MigrationLockedException>()).Which;

        _clock.GetElapsedTime(started).Should().Be(TimeSpan.FromSeconds(3));
        (_store.Reads, _store.Replacements, locked.Lock.Owner!.RunId).Should().Be((pauses + 1, 0, "other-run"));
    }

    [Theory]
    [InlineData(LockConflictBehavior.Skip)]
    [InlineData(LockConflictBehavior.Fail)]
    public async Task A_runner_that_does_not_wait_for_the_lock_watches_it_until_its_owner_renews_the_lease(LockConflictBehavior behavior)
    {
        await _store.SetAsync(Held());
        Task<Lease?> acquiring = AcquireAsync(behavior, TimeSpan.Zero);
        for (int i = 0; i < 3; i++)
            await _clock.PassDelayAsync();
        TimeSpan pause = await _clock.NextDelayAsync();
        acquiring.IsCompleted.Should().BeFalse("the owner may have stopped");
        await _store.SetAsync(await RenewedAsync());
        _clock.Advance(pause);

        if (behavior == LockConflictBehavior.Skip)
            (await acquiring).Should().BeNull();
        else
            (await acquiring.Invoking(task => task).Should().ThrowAsync<MigrationLockedException>()).Which.Lock.Owner!.RunId.Should().Be("other-run");
        (_store.Reads, _store.Replacements).Should().Be((5, 0));
    }

    [Fact]
    public async Task An_owner_that_stopped_is_replaced_by_a_runner_that_does_not_wait()
    {
        await _store.SetAsync(Held());
        long started = _clock.GetTimestamp();
        Task<Lease?> acquiring = AcquireAsync(LockConflictBehavior.Skip, TimeSpan.Zero);
        while (_clock.GetElapsedTime(started) < _options.Lease)
            await _clock.PassDelayAsync();

        await using Lease lease = (await acquiring)!;

        (lease.Fence.Number, (await _store.RowAsync()).Owner!.Host).Should().Be((7, "test-host/1"));
    }

    [Fact]
    public async Task A_wait_is_logged_once_with_the_current_owner()
    {
        await _store.SetAsync(Held());
        Task<Lease?> waiting = AcquireAsync(LockConflictBehavior.Wait, TimeSpan.FromHours(1));
        for (int i = 0; i < 3; i++)
            await _clock.PassDelayAsync();
        await _clock.NextDelayAsync();

        Waits().Should().ContainSingle().Which.Should().Contain("other/1");
        await ReleaseAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await (await waiting)!.DisposeAsync();
        Waits().Should().ContainSingle();
    }

    [Fact]
    public async Task A_wait_for_another_program_is_logged_without_an_owner()
    {
        await _store.SetAsync(new LockRow());
        Task<Lease?> waiting = AcquireAsync(LockConflictBehavior.Wait, TimeSpan.FromSeconds(0.1));
        await _clock.PassDelayAsync();

        (await waiting.Invoking(task => task).Should().ThrowAsync<MigrationLockedException>()).Which.Lock.Owner.Should().BeNull();

        Waits().Should().Equal("Waiting for the migration lock, which is held by another program.");
    }

    [Fact]
    public async Task A_lock_that_is_free_is_acquired_at_once_with_the_next_numbers()
    {
        ForcedRelease[] releases = [new("earlier", default, "other/1", "it hung")];
        await _store.SetAsync(new LockRow { Fence = 5, Revision = 8, Releases = releases });

        await using Lease lease = (await AcquireAsync(LockConflictBehavior.Fail, TimeSpan.Zero))!;

        LockRow row = await _store.RowAsync();
        (row.Fence, row.Revision, row.IsDeleted, lease.Fence).Should().Be((6, 9, false, new LockFence(row.Owner!.RunId, 6)));
        row.Releases.Should().Equal(releases);
        row.Owner.Should().Be(new MigrationLockOwner(row.Owner.RunId, "test-host/1", _clock.GetUtcNow(), _clock.GetUtcNow(), _options.Lease));
        _store.Scans.Should().Be(0, "the row has the last number");
        Waits().Should().BeEmpty();
    }

    [Fact]
    public async Task Without_a_row_of_this_library_the_fencing_number_is_searched_in_the_checkpoints()
    {
        await using (Lease first = (await AcquireAsync(LockConflictBehavior.Fail, TimeSpan.Zero))!)
        {
            (first.Fence.Number, _store.Scans, (await _store.RowAsync()).Revision).Should().Be((1, 1, 1));
            await first.ReleaseByDeletingAsync(default);
        }

        await using Lease second = (await AcquireAsync(LockConflictBehavior.Fail, TimeSpan.Zero))!;

        (second.Fence.Number, _store.Scans, (await _store.RowAsync()).IsDeleted).Should().Be((2, 2, false));
    }

    [Fact]
    public async Task A_runner_that_was_faster_is_waited_for()
    {
        await _store.SetAsync(new LockRow { Fence = 5, Revision = 8 });
        _store.Before = async _ =>
        {
            _store.Before = _ => Task.CompletedTask;
            await _store.SetAsync(Held() with { Revision = 9 });
        };

        Task<Lease?> waiting = AcquireAsync(LockConflictBehavior.Wait, TimeSpan.FromHours(1));
        await _clock.NextDelayAsync();
        int reads = _store.Reads;
        await ReleaseAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));

        await using Lease lease = (await waiting)!;
        (lease.Fence.Number, _store.Replacements, reads).Should().Be((7, 2, 2), "the row is read again before the first pause");
    }

    [Fact]
    public async Task A_forced_release_advances_both_numbers_and_returns_the_lock_as_it_was()
    {
        LockRow held = Held();
        await _store.SetAsync(held);

        MigrationLockStatus before = await NewLock().ReleaseByForceAsync("it hung", default);

        before.Should().BeEquivalentTo(held.ToStatus());
        LockRow row = await _store.RowAsync();
        (row.Fence, row.Revision, row.Owner).Should().Be((held.Fence + 1, held.Revision + 1, null));
        row.Releases.Should().Equal(new ForcedRelease("other-run", _clock.GetUtcNow(), "test-host/1", "it hung"));
        _store.Scans.Should().Be(0);
    }

    [Fact]
    public async Task A_row_keeps_its_last_twenty_forced_releases()
    {
        ForcedRelease[] earlier = [.. Enumerable.Range(1, 20).Select(i => new ForcedRelease($"run-{i}", default, "other/1", "it hung"))];
        await _store.SetAsync(Held() with { Releases = earlier });

        await NewLock().ReleaseByForceAsync("again", default);

        (await _store.RowAsync()).Releases.Select(release => release.RunId)
            .Should().Equal(earlier.Skip(1).Select(release => release.RunId).Append("other-run"));
    }

    [Fact]
    public async Task A_forced_release_of_a_lock_without_owner_changes_nothing()
    {
        (await NewLock().ReleaseByForceAsync("why not", default)).Should().BeEquivalentTo(new { IsHeld = false, Fence = 1 });
        var free = new LockRow { Fence = 5, Revision = 8, Releases = [new("earlier", default, "other/1", "it hung")] };
        await _store.SetAsync(free);

        (await NewLock().ReleaseByForceAsync("why not", default)).Should().BeEquivalentTo(free.ToStatus());

        (await _store.RowAsync()).Should().BeSameAs(free);
        _store.Replacements.Should().Be(0);
    }

    [Fact]
    public async Task A_forced_release_is_repeated_when_the_row_changes_at_the_same_time()
    {
        await _store.SetAsync(Held());
        _store.Before = async _ =>
        {
            _store.Before = _ => Task.CompletedTask;
            await _store.SetAsync(await RenewedAsync());
        };

        await NewLock().ReleaseByForceAsync("it hung", default);

        (await _store.RowAsync()).Should().BeEquivalentTo(new { Revision = Held().Revision + 2, Owner = (MigrationLockOwner?)null });
        _store.Replacements.Should().Be(2);
    }

    private MigrationLock NewLock() => new(_store, _options, new RunnerEnvironment("test-host/1", _clock, new FakeLogger(_log)));

    private Task<Lease?> AcquireAsync(LockConflictBehavior behavior, TimeSpan timeout) => NewLock().TryAcquireAsync(behavior, timeout, default);

    private LockRow Held() => new()
    {
        Fence = 6,
        Revision = 20,
        Owner = new MigrationLockOwner("other-run", "other/1", _clock.GetUtcNow(), _clock.GetUtcNow(), TimeSpan.FromSeconds(10)),
    };

    private async Task<LockRow> RenewedAsync()
    {
        LockRow row = await _store.RowAsync();
        return row with { Revision = row.Revision + 1 };
    }

    private async Task ReleaseAsync() => await _store.SetAsync(await RenewedAsync() with { Owner = null });

    private IEnumerable<string> Waits() => _log.GetSnapshot().Where(entry => entry.Id.Id == Waiting).Select(entry => entry.Message);
}
