using UserStore.Migrations;
using UserStore.Migrations.Journaling;

namespace UserStore.Tests.Migrations.Journaling;

/// <summary>Who holds the lock, according to its row.</summary>
public sealed class LockRowTests
{
    private static readonly MigrationLockOwner Owner = new("run", "host/1", default, default, TimeSpan.FromSeconds(30));

    [Fact]
    public void A_row_is_held_by_its_owner_or_by_the_program_that_wrote_it()
    {
        new LockRow { Fence = 5, Owner = Owner }.Should().BeEquivalentTo(new { IsHeld = true, IsExternal = false });
        new LockRow { Fence = 5 }.Should().BeEquivalentTo(new { IsHeld = false, IsExternal = false });
        new LockRow().Should().BeEquivalentTo(new { IsHeld = true, IsExternal = true });
    }

    [Fact]
    public void An_acquisition_holds_a_row_with_its_owner_and_its_number()
    {
        var row = new LockRow { Fence = 5, Owner = Owner };

        row.IsHeldBy(new LockFence("run", 5)).Should().BeTrue();
        row.IsHeldBy(new LockFence("run", 6)).Should().BeFalse();
        row.IsHeldBy(new LockFence("other", 5)).Should().BeFalse();
        (row with { Owner = null }).IsHeldBy(new LockFence("run", 5)).Should().BeFalse();
    }

    [Fact]
    public void The_status_of_the_lock_is_that_of_its_row()
    {
        ForcedRelease[] releases = [new("earlier", default, "host/2", "it hung")];

        new LockRow { Fence = 5, Owner = Owner, Releases = releases }.ToStatus().Should().Be(new MigrationLockStatus(true, Owner, 5, releases));
        new LockRow { Fence = 6, Releases = releases }.ToStatus().Should().Be(new MigrationLockStatus(false, null, 6, releases));
    }
}
