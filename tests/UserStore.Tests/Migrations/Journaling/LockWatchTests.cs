using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.Testing;

namespace UserStore.Tests.Migrations.Journaling;

/// <summary>What a runner concludes from the rows that it reads, one after the other.</summary>
public sealed class LockWatchTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(40);

    private readonly FakeClock _clock = new();

    [Fact]
    public void Without_a_row_or_an_owner_the_lock_is_free()
    {
        var watch = new LockWatch(_clock, Short);

        watch.Observe(null).Should().Be(LockObservation.Free);
        watch.Observe(new LockRow { Fence = 3, Revision = 7 }).Should().Be(LockObservation.Free);
    }

    [Fact]
    public void The_lock_of_another_program_is_held_however_long_it_is_watched()
    {
        var watch = new LockWatch(_clock, Short);
        var row = new LockRow();

        watch.Observe(row).Should().Be(LockObservation.Held);
        _clock.Advance(Long * 2);
        watch.Observe(row).Should().Be(LockObservation.Held);
    }

    [Fact]
    public void A_row_that_changes_shows_an_owner_at_work_and_the_first_row_shows_nothing()
    {
        var watch = new LockWatch(_clock, Short);

        watch.Observe(Row(fence: 3, revision: 7)).Should().Be(LockObservation.Unknown);
        watch.Observe(Row(fence: 3, revision: 7)).Should().Be(LockObservation.Unknown);
        watch.Observe(Row(fence: 3, revision: 8)).Should().Be(LockObservation.Held, "it was renewed");
        watch.Observe(Row(fence: 3, revision: 8)).Should().Be(LockObservation.Unknown);
        watch.Observe(Row(fence: 4, revision: 8)).Should().Be(LockObservation.Held, "another runner acquired it");
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(40, 40)]
    [InlineData(5, 10)]
    public void An_owner_whose_row_does_not_change_for_the_longer_of_both_leases_has_stopped(int lease, int expected)
    {
        var watch = new LockWatch(_clock, Short);
        LockRow row = Row(fence: 3, revision: 7, TimeSpan.FromSeconds(lease));
        watch.Observe(row);

        _clock.Advance(TimeSpan.FromSeconds(expected) - TimeSpan.FromTicks(1));
        watch.Observe(row).Should().Be(LockObservation.Unknown);
        _clock.Advance(TimeSpan.FromTicks(1));

        watch.Observe(row).Should().Be(LockObservation.Stale);
    }

    [Fact]
    public void A_renewal_starts_the_watch_again()
    {
        var watch = new LockWatch(_clock, Short);
        watch.Observe(Row(fence: 3, revision: 7));
        _clock.Advance(Short * 0.9);
        watch.Observe(Row(fence: 3, revision: 8));

        _clock.Advance(Short * 0.9);
        watch.Observe(Row(fence: 3, revision: 8)).Should().Be(LockObservation.Unknown);
        _clock.Advance(Short * 0.1);

        watch.Observe(Row(fence: 3, revision: 8)).Should().Be(LockObservation.Stale);
    }

    private LockRow Row(long fence, long revision, TimeSpan? lease = null) => new()
    {
        Fence = fence,
        Revision = revision,
        Owner = new MigrationLockOwner("run", "other/1", _clock.GetUtcNow(), _clock.GetUtcNow(), lease ?? Short),
    };
}
