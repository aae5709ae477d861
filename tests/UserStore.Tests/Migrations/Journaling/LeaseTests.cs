using Microsoft.Extensions.Logging.Abstractions;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.Testing;

namespace UserStore.Tests.Migrations.Journaling;

/// <summary>A lease whose renewals fail, on a clock that the test advances.</summary>
public sealed class LeaseTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeClock _clock = new();
    private readonly FailingStore _store = new();

    [Fact]
    public async Task A_lease_that_cannot_be_renewed_is_lost_when_it_expires_and_not_before()
    {
        await using Lease lease = (await NewLock().TryAcquireAsync(LockConflictBehavior.Fail, TimeSpan.Zero, default))!;
        _store.Failure = new UserStoreUnavailableException("as the test asked");

        await AdvanceAsync(TimeSpan.FromSeconds(29));
        lease.IsLost.Should().BeFalse();
        await AdvanceAsync(TimeSpan.FromSeconds(1));

        lease.IsLost.Should().BeTrue();
        await UntilAsync(() => lease.Lost.IsCancellationRequested);
        _store.Renewals.Should().BeGreaterThan(2, "it is tried again");
    }

    [Fact]
    public async Task A_renewal_that_succeeds_late_keeps_the_lease()
    {
        await using Lease lease = (await NewLock().TryAcquireAsync(LockConflictBehavior.Fail, TimeSpan.Zero, default))!;
        _store.Failure = new UserStoreUnavailableException("as the test asked");
        await AdvanceAsync(TimeSpan.FromSeconds(20));
        _store.Failure = null;

        await AdvanceAsync(TimeSpan.FromSeconds(5));
        await AdvanceAsync(TimeSpan.FromSeconds(20));

        lease.IsLost.Should().BeFalse();
    }

    [Fact]
    public async Task A_renewal_whose_response_was_lost_is_recognized()
    {
        await using Lease lease = (await NewLock().TryAcquireAsync(LockConflictBehavior.Fail, TimeSpan.Zero, default))!;
        _store.IsAppliedBeforeFailure = true;
        _store.Failure = new UserStoreUnavailableException("as the test asked");
        await AdvanceAsync(TimeSpan.FromSeconds(11));
        _store.Failure = null;

        await AdvanceAsync(TimeSpan.FromSeconds(30));

        lease.IsLost.Should().BeFalse();
    }

    [Fact]
    public async Task A_suspended_process_detects_its_lost_lease_before_any_timer_fires()
    {
        await using Lease lease = (await NewLock().TryAcquireAsync(LockConflictBehavior.Fail, TimeSpan.Zero, default))!;
        _store.Failure = new UserStoreUnavailableException("as the test asked");

        _clock.Advance(TimeSpan.FromMinutes(5));

        lease.IsLost.Should().BeTrue();
        lease.Invoking(one => one.ThrowIfLost()).Should().Throw<MigrationLeaseLostException>();
    }

    private MigrationLock NewLock() => new(
        _store,
        new MigrationOptions { Lease = TimeSpan.FromSeconds(30) },
        new RunnerEnvironment("test-host/1", _clock, NullLogger.Instance));

    // Step by step, so that tasks that wait for the clock continue in between.
    private async Task AdvanceAsync(TimeSpan by)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < by; passed += TimeSpan.FromSeconds(0.5))
        {
            _clock.Advance(TimeSpan.FromSeconds(0.5));
            for (int i = 0; i < 20; i++)
                await Task.Yield();
            await Task.Delay(2); // the renewals run on other threads
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (!condition())
            await Task.Delay(5, timeout.Token);
    }

    private sealed class FailingStore : IMigrationLockStore
    {
        public Task<long> FindLastFenceAsync(CancellationToken cancellationToken) => _inner.FindLastFenceAsync(cancellationToken);

        public Task<bool> TryDeleteAsync(LockRow seen, CancellationToken cancellationToken) => _inner.TryDeleteAsync(seen, cancellationToken);

        private readonly IMigrationLockStore _inner = new InMemoryMigrationJournal();

        public Exception? Failure { get; set; }

        public bool IsAppliedBeforeFailure { get; set; }

        public int Renewals { get; private set; }

        public async Task<bool> TryReplaceAsync(LockRow? seen, LockRow next, CancellationToken cancellationToken)
        {
            Renewals++;
            bool isReplaced = (
                Failure is null || IsAppliedBeforeFailure) && await _inner.TryReplaceAsync(seen, next, cancellationToken);
            return Failure is null ? isReplaced : throw Failure;
        }

        public Task<LockRow?> FindAsync(CancellationToken cancellationToken) => _inner.FindAsync(cancellationToken);
    }
}
