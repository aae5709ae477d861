using Microsoft.Extensions.Logging.Testing;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.TestKit;

namespace UserStore.Tests.Migrations.Journaling;

/// <summary>The renewals of a lease of 30 seconds, on a clock that the test advances.</summary>
public sealed class LeaseTests
{
    private const int RenewalFailed = 211;
    private const int LeaseLost = 212;

    private static readonly TimeSpan Third = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WatchedClock _clock = new();
    private readonly ScriptedLockStore _store = new();
    private readonly FakeLogCollector _log = new();

    [Fact]
    public async Task A_lease_is_renewed_after_each_third()
    {
        DateTimeOffset acquiredAt = _clock.GetUtcNow();
        await using Lease lease = await AcquireAsync();
        (await _clock.NextDelayAsync()).Should().Be(Third);

        for (int renewal = 1; renewal <= 4; renewal++)
        {
            _clock.Advance(Third);
            (await _clock.NextTimeoutAsync()).Should().Be(Third * 2, "then the lease expires");
            (await _clock.NextDelayAsync()).Should().Be(Third);
            LockRow row = await _store.RowAsync();
            (row.Fence, row.Revision, row.Owner!.AcquiredAt, row.Owner.RenewedAt).Should().Be((1, 1 + renewal, acquiredAt, _clock.GetUtcNow()));
        }

        lease.IsLost.Should().BeFalse();
        lease.ThrowIfLost();
        _log.GetSnapshot().Should().BeEmpty();
    }

    [Fact]
    public async Task A_lease_counts_from_when_its_renewal_was_sent()
    {
        await using Lease lease = await AcquireAsync();
        _store.After = _ =>
        {
            _clock.Advance(TimeSpan.FromSeconds(4));
            return Task.CompletedTask;
        };

        await _clock.PassDelayAsync();

        (await _clock.NextDelayAsync()).Should().Be(TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task A_lease_counts_from_when_its_acquisition_was_sent()
    {
        _store.After = _ =>
        {
            _store.After = _ => Task.CompletedTask;
            _clock.Advance(TimeSpan.FromSeconds(4));
            return Task.CompletedTask;
        };

        await using Lease lease = await AcquireAsync();

        (await _clock.NextDelayAsync()).Should().Be(TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task A_renewal_that_fails_is_retried_after_a_tenth_of_the_remaining_time()
    {
        await using Lease lease = await AcquireAsync();
        _store.Before = _ => throw new UserStoreUnavailableException("as the test asked");
        await _clock.PassDelayAsync();

        (await _clock.PassDelayAsync()).Should().Be(TimeSpan.FromSeconds(2));
        (await _clock.NextDelayAsync()).Should().Be(TimeSpan.FromSeconds(1.8));
        _store.Before = _ => Task.CompletedTask;
        _clock.Advance(TimeSpan.FromSeconds(1.8));

        (await _clock.NextDelayAsync()).Should().Be(Third, "it was renewed");
        lease.IsLost.Should().BeFalse();
        Logged().Should().Equal(RenewalFailed, RenewalFailed);
    }

    [Fact]
    public async Task A_lease_that_cannot_be_renewed_is_lost_when_it_expires_and_not_before()
    {
        await using Lease lease = await AcquireAsync();
        Task lost = LostAsync(lease);
        _store.Before = _ => throw new UserStoreUnavailableException("as the test asked");
        await _clock.PassDelayAsync();
        await _clock.NextDelayAsync();

        _clock.Advance(Third * 2 - TimeSpan.FromTicks(1));
        lease.IsLost.Should().BeFalse();
        lease.ThrowIfLost();
        _clock.Advance(TimeSpan.FromTicks(1));

        lease.IsLost.Should().BeTrue();
        await lost;
        Logged().Should().EndWith([LeaseLost]).And.OnlyContain(id => id == RenewalFailed || id == LeaseLost);
    }

    [Fact]
    public async Task A_renewal_without_a_response_is_abandoned_when_the_lease_expires()
    {
        await using Lease lease = await AcquireAsync();
        Task lost = LostAsync(lease);
        _store.Before = token => Task.Delay(Timeout.Infinite, token);
        await _clock.PassDelayAsync();
        TimeSpan timeout = await _clock.NextTimeoutAsync();

        _clock.Advance(timeout - TimeSpan.FromTicks(1));
        (bool IsLost, bool IsCancelled) before = (lease.IsLost, lease.Lost.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromTicks(1));

        await lost;
        _store.Before = _ => Task.CompletedTask;
        (before, lease.IsLost).Should().Be(((false, false), true));
        Logged().Should().Equal(LeaseLost);
    }

    [Fact]
    public async Task A_renewal_whose_response_was_lost_is_recognized()
    {
        await using Lease lease = await AcquireAsync();
        _store.After = _ => throw new UserStoreUnavailableException("as the test asked");
        await _clock.PassDelayAsync();
        await _clock.NextDelayAsync();
        _store.After = _ => Task.CompletedTask;

        _clock.Advance(TimeSpan.FromSeconds(2));

        (await _clock.NextDelayAsync()).Should().Be(Third);
        (lease.IsLost, (await _store.RowAsync()).Revision, _store.Replacements).Should().Be((false, 3, 4));
    }

    [Theory]
    [InlineData("other")]
    [InlineData(null)]
    public async Task A_lease_is_lost_when_another_runner_has_acquired_or_released_the_lock(string? owner)
    {
        Lease lease = await AcquireAsync();
        Task lost = LostAsync(lease);
        LockRow row = await _store.RowAsync();
        LockRow other = row with { Fence = 2, Revision = 2, Owner = owner is null ? null : row.Owner! with { RunId = owner } };
        await _store.SetAsync(other);

        await _clock.PassDelayAsync();

        await lost;
        lease.Invoking(each => each.ThrowIfLost("1_a")).Should().Throw<MigrationLeaseLostException>().Which.MigrationId.Should().Be("1_a");
        Logged().Should().Equal(LeaseLost);
        await lease.DisposeAsync();
        (await _store.RowAsync()).Should().BeSameAs(other);
    }

    [Fact]
    public async Task An_expired_lease_is_lost_before_its_renewals_detect_it()
    {
        await using Lease lease = await AcquireAsync();
        var resumed = new TaskCompletionSource();
        _store.Before = _ => resumed.Task;
        await _clock.PassDelayAsync();
        await _clock.NextTimeoutAsync();

        _clock.Advance(Third * 2);
        (bool IsLost, bool IsCancelled) expired = (lease.IsLost, lease.Lost.IsCancellationRequested);
        Exception? thrown = Record.Exception(() => lease.ThrowIfLost());
        resumed.SetResult(); // before the assertions, so that the lease can end after one that fails

        expired.Should().Be((true, false));
        thrown.Should().BeOfType<MigrationLeaseLostException>().Which.MigrationId.Should().BeNull();
    }

    private async Task<Lease> AcquireAsync()
    {
        var acquired = new MigrationLock(
            _store,
            new MigrationOptions { Lease = Third * 3 },
            new RunnerEnvironment("test-host/1", _clock, new FakeLogger(_log)));
        return (await acquired.TryAcquireAsync(LockConflictBehavior.Fail, TimeSpan.Zero, default))!;
    }

    private static async Task LostAsync(Lease lease)
    {
        var lost = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = lease.Lost.Register(lost.SetResult);
        await lost.Task.WaitAsync(Patience);
    }

    private IEnumerable<int> Logged() => _log.GetSnapshot().Select(entry => entry.Id.Id);
}
