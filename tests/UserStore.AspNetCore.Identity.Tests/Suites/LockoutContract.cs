using System.Text.Json;
using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Lockout after failed sign-ins.</summary>
public abstract class LockoutContract(StoreFactory stores) : IdentityContract(stores)
{
    private const int MaxAttempts = 3;

    [Fact]
    public async Task A_user_is_locked_out_at_the_limit_and_the_count_starts_again()
    {
        Member user = await CreateAsync(password: Password);
        for (int attempt = 1; attempt < MaxAttempts; attempt++)
        {
            ShouldSucceed(await Users.AccessFailedAsync(user));
            (await Users.IsLockedOutAsync(user)).Should().BeFalse();
            (await ReadAsync(user)).AccessFailedCount.Should().Be(attempt);
        }

        ShouldSucceed(await Users.AccessFailedAsync(user));

        Member stored = await ReadAsync(user);
        (await Users.IsLockedOutAsync(stored)).Should().BeTrue();
        stored.AccessFailedCount.Should().Be(0);
        stored.LockoutEnd.Should().BeCloseTo(DateTimeOffset.UtcNow + Users.Options.Lockout.DefaultLockoutTimeSpan, TimeSpan.FromMinutes(1));
        stored.Should().BeEquivalentTo(user);
    }

    [Fact]
    public async Task A_lockout_ends_when_it_is_set_to_end()
    {
        Member user = await CreateAsync();
        ShouldSucceed(await Users.SetLockoutEndDateAsync(user, DateTimeOffset.UtcNow.AddHours(1)));
        (await Users.IsLockedOutAsync(await ReadAsync(user))).Should().BeTrue();

        ShouldSucceed(await Users.SetLockoutEndDateAsync(user, DateTimeOffset.UtcNow.AddSeconds(-1)));
        (await Users.IsLockedOutAsync(await ReadAsync(user))).Should().BeFalse();
        ShouldSucceed(await Users.SetLockoutEndDateAsync(user, null));
        (await ReadAsync(user)).LockoutEnd.Should().BeNull();
    }

    [Fact]
    public async Task A_sign_in_resets_the_count()
    {
        Member user = await CreateAsync();
        ShouldSucceed(await Users.AccessFailedAsync(user));

        ShouldSucceed(await Users.ResetAccessFailedCountAsync(user));

        (await ReadAsync(user)).AccessFailedCount.Should().Be(0);
    }

    [Fact]
    public async Task A_user_without_lockout_is_not_locked_out()
    {
        Member user = await CreateAsync();
        ShouldSucceed(await Users.SetLockoutEnabledAsync(user, false));

        ShouldFail(await Users.SetLockoutEndDateAsync(user, DateTimeOffset.UtcNow.AddHours(1)), "UserLockoutNotEnabled");

        (await Users.IsLockedOutAsync(await ReadAsync(user))).Should().BeFalse();
    }

    [Fact]
    public async Task A_failed_sign_in_of_a_deleted_user_is_a_conflict()
    {
        Member user = await CreateAsync(), late = await ReadAsync(user);
        ShouldSucceed(await Users.DeleteAsync(user));

        ShouldFail(await Open<UserManager<Member>>().AccessFailedAsync(late), "ConcurrencyFailure");

        (await Users.FindByIdAsync(user.Id)).Should().BeNull("nothing was created");
    }

    [Fact]
    public async Task A_lockout_and_another_change_of_one_object_are_one_conditional_write()
    {
        Member user = await CreateAsync(), other = await ReadAsync(user);
        ShouldSucceed(await Users.AccessFailedAsync(other));

        user.City = "Faketown";
        user.LockoutEnd = DateTimeOffset.UtcNow.AddHours(1);

        ShouldFail(await Users.UpdateAsync(user), "ConcurrencyFailure");
        (await ReadAsync(user)).LockoutEnd.Should().BeNull();
    }

    [Fact]
    public async Task The_count_of_a_user_that_the_caller_changed_as_well_is_stored_with_the_change()
    {
        Member user = await CreateAsync();
        user.City = "Faketown";

        ShouldSucceed(await Users.AccessFailedAsync(user));

        Member stored = await ReadAsync(user);
        (stored.City, stored.AccessFailedCount).Should().Be(("Faketown", 1));
        stored.Should().BeEquivalentTo(user);
    }

    [Fact]
    public async Task The_count_of_a_user_who_is_locked_out_can_be_reset()
    {
        Member user = await CreateAsync();
        ShouldSucceed(await Users.AccessFailedAsync(user));
        ShouldSucceed(await Users.SetLockoutEndDateAsync(user, DateTimeOffset.UtcNow.AddHours(1)));

        ShouldSucceed(await Users.ResetAccessFailedCountAsync(user));

        Member stored = await ReadAsync(user);
        stored.AccessFailedCount.Should().Be(0);
        (await Users.IsLockedOutAsync(stored)).Should().BeTrue();
    }

    [Fact]
    public async Task A_lockout_is_written_also_if_the_name_would_now_be_normalized_differently()
    {
        Member user = await CreateAsync("ada"), other = await ReadAsync(user);
        ShouldSucceed(await Users.AccessFailedAsync(other));
        var store = Open<Microsoft.AspNetCore.Identity.IUserStore<Member>>();

        (user.NormalizedUserName, user.LockoutEnd) = ("other-key:ADA", DateTimeOffset.UtcNow.AddHours(1));
        ShouldSucceed(await store.UpdateAsync(user, default));

        Member stored = await ReadAsync(user);
        (stored.NormalizedUserName, stored.AccessFailedCount).Should().Be(("ADA", 1));
        (await Users.IsLockedOutAsync(stored)).Should().BeTrue();
        stored.Should().BeEquivalentTo(user);
    }

    [Fact]
    public async Task Failed_sign_ins_of_copies_are_counted_and_lock_out_if_nothing_has_changed()
    {
        Member user = await CreateAsync();
        for (int attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            Member copy = JsonSerializer.Deserialize<Member>(JsonSerializer.Serialize(await ReadAsync(user)))!;
            ShouldSucceed(await Users.AccessFailedAsync(copy));
        }

        (await Users.IsLockedOutAsync(await ReadAsync(user))).Should().BeTrue();
        Member stale = JsonSerializer.Deserialize<Member>(JsonSerializer.Serialize(user))!;
        ShouldFail(await Users.AccessFailedAsync(stale), "ConcurrencyFailure");
        (await ReadAsync(user)).AccessFailedCount.Should().Be(0, "nothing was written");
    }

    protected override void Configure(IdentityOptions options) => options.Lockout.MaxFailedAccessAttempts = MaxAttempts;
}
