using Microsoft.Extensions.Logging.Testing;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.TestKit;

namespace UserStore.Tests.Migrations.Journaling;

/// <summary>The end of a lease: the release of its row, or its deletion.</summary>
public sealed class LeaseReleaseTests
{
    private const int ReleaseFailed = 213;

    private readonly WatchedClock _clock = new();
    private readonly ScriptedLockStore _store = new();
    private readonly FakeLogCollector _log = new();

    [Fact]
    public async Task A_lease_that_ends_leaves_the_row_without_an_owner_and_is_not_renewed_any_more()
    {
        ForcedRelease[] releases = [new("earlier", default, "other/1", "it hung")];
        await _store.SetAsync(new LockRow { Fence = 5, Revision = 8, Releases = releases });
        Lease lease = await AcquireAsync();
        await _clock.NextDelayAsync();

        await lease.DisposeAsync();

        LockRow row = await _store.RowAsync();
        row.Should().BeEquivalentTo(new LockRow { Fence = 6, Revision = 10, Releases = releases });
        _clock.Advance(TimeSpan.FromMinutes(5));
        (await _store.RowAsync()).Should().BeSameAs(row);
        lease.Invoking(ended => ended.Lost.WaitHandle).Should().Throw<ObjectDisposedException>();
        (_store.Reads, _store.Replacements).Should().Be((1, 2), "the release needs one request");
        _log.GetSnapshot().Should().BeEmpty();
    }

    [Fact]
    public async Task A_lease_that_ends_during_a_renewal_abandons_it_and_releases_the_lock()
    {
        Lease lease = await AcquireAsync();
        _store.Before = token => Task.Delay(Timeout.Infinite, token);
        await _clock.PassDelayAsync();
        await _clock.NextTimeoutAsync();
        _store.Before = _ => Task.CompletedTask;

        await lease.DisposeAsync();

        (await _store.RowAsync()).Should().BeEquivalentTo(new { IsHeld = false, Revision = 2 });
        lease.Lost.IsCancellationRequested.Should().BeFalse();
    }

    [Fact]
    public async Task A_row_that_was_renewed_without_a_response_is_released()
    {
        Lease lease = await AcquireAsync();
        LockRow row = await _store.RowAsync();
        await _store.SetAsync(row with { Revision = 2 });

        await lease.DisposeAsync();

        (await _store.RowAsync()).Should().BeEquivalentTo(new { IsHeld = false, Revision = 3 });
    }

    [Fact]
    public async Task A_lock_that_another_runner_has_acquired_is_not_released()
    {
        Lease lease = await AcquireAsync();
        LockRow row = await _store.RowAsync();
        LockRow other = row with { Fence = 2, Revision = 2, Owner = row.Owner! with { RunId = "other" } };
        await _store.SetAsync(other);

        await lease.DisposeAsync();

        (await _store.RowAsync()).Should().BeSameAs(other);
        _log.GetSnapshot().Should().BeEmpty();
    }

    [Fact]
    public async Task A_release_that_fails_is_logged()
    {
        Lease lease = await AcquireAsync();
        var failure = new UserStoreUnavailableException("as the test asked");
        _store.Before = _ => throw failure;

        await lease.DisposeAsync();

        FakeLogRecord logged = _log.GetSnapshot().Should().ContainSingle().Which;
        (logged.Id.Id, logged.Exception).Should().Be((ReleaseFailed, failure));
        (await _store.RowAsync()).IsHeld.Should().BeTrue();
    }

    [Fact]
    public async Task A_release_without_a_response_is_abandoned_after_ten_seconds()
    {
        Lease lease = await AcquireAsync();
        _store.Before = token => Task.Delay(Timeout.Infinite, token);

        Task ended = lease.DisposeAsync().AsTask();
        TimeSpan timeout = await _clock.NextTimeoutAsync();
        _clock.Advance(timeout);
        await ended;

        (timeout, _log.GetSnapshot().Single().Id.Id).Should().Be((TimeSpan.FromSeconds(10), ReleaseFailed));
    }

    [Fact]
    public async Task A_mistake_of_the_program_is_not_taken_for_a_failed_release()
    {
        Lease lease = await AcquireAsync();
        _store.Before = _ => throw new InvalidOperationException("as the test asked");

        await lease.Invoking(each => each.DisposeAsync().AsTask()).Should().ThrowAsync<InvalidOperationException>();

        _log.GetSnapshot().Should().BeEmpty();
    }

    [Fact]
    public async Task A_row_is_deleted_once_and_the_lease_ends_with_it()
    {
        Lease lease = await AcquireAsync();
        await _clock.NextDelayAsync();

        await lease.ReleaseByDeletingAsync(default);
        await lease.DisposeAsync();

        (await _store.RowAsync()).Should().BeEquivalentTo(new { IsDeleted = true, IsHeld = false, Fence = 1, Revision = 1 });
        (_store.Reads, _store.Replacements).Should().Be((1, 1), "nothing is read or replaced after the deletion");
    }

    [Fact]
    public async Task A_row_that_was_renewed_without_a_response_is_deleted()
    {
        Lease lease = await AcquireAsync();
        await _store.SetAsync(await _store.RowAsync() with { Revision = 2 });

        await lease.ReleaseByDeletingAsync(default);
        await lease.DisposeAsync();

        (await _store.RowAsync()).Should().BeEquivalentTo(new { IsDeleted = true, Revision = 2 });
    }

    [Fact]
    public async Task A_deletion_whose_response_was_lost_is_recognized()
    {
        Lease lease = await AcquireAsync();
        _store.Before = async _ =>
        {
            _store.Before = _ => Task.CompletedTask;
            await _store.TryDeleteAsync(await _store.RowAsync(), default);
        };

        await lease.ReleaseByDeletingAsync(default);
        await lease.DisposeAsync();

        (await _store.RowAsync()).IsDeleted.Should().BeTrue();
    }

    [Fact]
    public async Task A_lock_that_another_runner_has_acquired_is_not_deleted()
    {
        Lease lease = await AcquireAsync();
        LockRow row = await _store.RowAsync();
        LockRow other = row with { Fence = 2, Revision = 2, Owner = row.Owner! with { RunId = "other" } };
        await _store.SetAsync(other);

        await lease.Invoking(each => each.ReleaseByDeletingAsync(default)).Should().ThrowAsync<MigrationLeaseLostException>();
        await lease.DisposeAsync();

        (await _store.RowAsync()).Should().BeSameAs(other);
    }

    private async Task<Lease> AcquireAsync()
    {
        var acquired = new MigrationLock(
            _store,
            new MigrationOptions { Lease = TimeSpan.FromSeconds(30) },
            new RunnerEnvironment("test-host/1", _clock, new FakeLogger(_log)));
        return (await acquired.TryAcquireAsync(LockConflictBehavior.Fail, TimeSpan.Zero, default))!;
    }
}
