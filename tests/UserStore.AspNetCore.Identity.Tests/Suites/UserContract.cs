using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Users: their lifecycle, names and concurrency.</summary>
public abstract class UserContract(StoreFactory stores) : IdentityContract(stores)
{
    [Fact]
    public async Task A_created_user_is_found_by_id_name_and_email()
    {
        Member user = await CreateAsync("Ada", Password);

        user.Id.Should().NotBeEmpty();
        user.ConcurrencyStamp.Should().NotBeNull();
        Member?[] all = [await Users.FindByIdAsync(user.Id), await Users.FindByNameAsync("aDA"), await Users.FindByEmailAsync("ada@EXAMPLE.test")];
        foreach (Member? found in all)
            found.Should().BeEquivalentTo(user);
        (await Users.CheckPasswordAsync(await ReadAsync(user), Password)).Should().BeTrue();
        (await Users.CheckPasswordAsync(user, "wrong")).Should().BeFalse();
    }

    [Fact]
    public async Task A_name_is_unique_whatever_its_case()
    {
        await CreateAsync("Ada");

        ShouldFail(await Users.CreateAsync(new Member { UserName = "ADA", Email = "other@example.test" }), "DuplicateUserName");
        Member other = await CreateAsync("Grace");
        ShouldFail(await Users.SetUserNameAsync(other, "ada"), "DuplicateUserName");
        (await Users.FindByNameAsync("grace"))!.Id.Should().Be(other.Id);
    }

    [Fact]
    public async Task A_change_is_stored_and_changes_the_stamp()
    {
        Member user = await CreateAsync();
        string stamp = user.ConcurrencyStamp!;

        user.City = "Faketown";
        ShouldSucceed(await Users.UpdateAsync(user));

        user.ConcurrencyStamp.Should().NotBe(stamp);
        (await ReadAsync(user)).Should().BeEquivalentTo(user);
    }

    [Fact]
    public async Task A_user_that_was_changed_or_deleted_since_is_not_written()
    {
        Member user = await CreateAsync();
        Member one = await ReadAsync(user), other = await ReadAsync(user), deleted = await ReadAsync(user);
        (one.City, other.City) = ("One", "Other");

        ShouldSucceed(await Users.UpdateAsync(one));
        ShouldFail(await Open<UserManager<Member>>().UpdateAsync(other), "ConcurrencyFailure");
        ShouldFail(await Users.DeleteAsync(deleted), "ConcurrencyFailure");
        (await ReadAsync(user)).City.Should().Be("One");

        ShouldSucceed(await Users.DeleteAsync(one));
        (await Users.FindByIdAsync(user.Id)).Should().BeNull();
        other = one;
        other.City = "Again";
        ShouldFail(await Users.UpdateAsync(other), "ConcurrencyFailure");
    }
}
