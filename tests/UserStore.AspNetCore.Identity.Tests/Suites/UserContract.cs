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

    [Fact]
    public async Task A_deleted_user_leaves_nothing_behind_and_its_name_is_free()
    {
        Member user = await CreateAsync("ada", Password);
        ShouldSucceed(await Users.AddClaimAsync(user, NewClaim("a")));
        ShouldSucceed(await Users.AddLoginAsync(user, new UserLoginInfo("Provider", "key", null)));

        ShouldSucceed(await Users.DeleteAsync(user));

        (await Users.FindByIdAsync(user.Id)).Should().BeNull();
        (await Users.FindByNameAsync("ada")).Should().BeNull();
        (await Users.FindByLoginAsync("Provider", "key")).Should().BeNull();
        (await Users.GetUsersForClaimAsync(NewClaim("a"))).Should().BeEmpty();
        (await Stores.AuditOf(Store).CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();
        (await CreateAsync("ada")).Id.Should().NotBe(user.Id);
    }

    [Fact]
    public async Task A_user_that_its_object_deleted_is_neither_updated_nor_deleted_again_and_can_be_created_again()
    {
        Member user = await CreateAsync("Ada");
        ShouldSucceed(await Users.DeleteAsync(user));

        ShouldFail(await Users.UpdateAsync(user), "ConcurrencyFailure");
        ShouldFail(await Users.DeleteAsync(user), "ConcurrencyFailure");
        ShouldSucceed(await Users.CreateAsync(user));

        (await ReadAsync(user)).Should().BeEquivalentTo(user);
        (await Users.FindByNameAsync("ada"))!.Id.Should().Be(user.Id);
    }

    [Fact]
    public async Task A_renamed_user_is_found_by_the_new_name_only()
    {
        Member user = await CreateAsync("ada");

        ShouldSucceed(await Users.SetUserNameAsync(user, "Grace"));

        (await Users.FindByNameAsync("ada")).Should().BeNull();
        Member found = (await Users.FindByNameAsync("GRACE"))!;
        found.Should().BeEquivalentTo(user);
        ShouldSucceed(await Users.CreateAsync(new Member { UserName = "ada", Email = "other@example.test" }));
        (await Stores.AuditOf(Store).CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();
    }

    [Fact]
    public async Task A_user_that_did_not_change_is_not_written()
    {
        Member user = await CreateAsync();
        Member read = await ReadAsync(user);
        string stamp = read.ConcurrencyStamp!;

        ShouldSucceed(await Users.UpdateAsync(read));

        read.ConcurrencyStamp.Should().Be(stamp);
        (await ReadAsync(user)).Version.Should().Be(user.Version);
    }

    [Fact]
    public async Task An_update_that_was_refused_keeps_the_changes_and_succeeds_after_the_user_is_read_again()
    {
        Member user = await CreateAsync(), late = await ReadAsync(user);
        user.City = "Faketown";
        ShouldSucceed(await Users.UpdateAsync(user));
        string stamp = late.ConcurrencyStamp!;

        late.City = "Elsewhere";
        ShouldFail(await Users.UpdateAsync(late), "ConcurrencyFailure");

        (late.City, late.ConcurrencyStamp).Should().Be(("Elsewhere", stamp));
        Member again = await ReadAsync(user);
        again.City = late.City;
        ShouldSucceed(await Users.UpdateAsync(again));
        (await ReadAsync(user)).City.Should().Be("Elsewhere");
    }

    [Fact]
    public async Task A_user_that_the_caller_made_from_its_id_and_stamp_can_be_written()
    {
        Member user = await CreateAsync();
        var detached = new Member
        {
            Id = user.Id,
            UserName = user.UserName,
            Email = user.Email,
            SecurityStamp = user.SecurityStamp,
            Version = user.Version,
            CreatedAt = user.CreatedAt,
            ConcurrencyStamp = user.ConcurrencyStamp,
            City = "Faketown",
        };

        ShouldSucceed(await Users.UpdateAsync(detached));

        (await ReadAsync(user)).City.Should().Be("Faketown");
        user.City = "Late";
        ShouldFail(await Users.UpdateAsync(user), "ConcurrencyFailure");
    }

    [Fact]
    public async Task Users_are_independent_copies()
    {
        Member user = await CreateAsync();
        ShouldSucceed(await Users.AddClaimAsync(user, NewClaim("a")));
        Member one = await ReadAsync(user), two = await ReadAsync(user);

        one.Claims!.Clear();
        one.City = "Faketown";

        two.Claims.Should().HaveCount(1);
        (await ReadAsync(user)).City.Should().BeNull();
    }

    [Fact]
    public async Task Everything_of_a_new_user_is_stored_at_once()
    {
        MemberRole role = await CreateRoleAsync("author");
        var user = new Member
        {
            UserName = "ada",
            Email = "ada@example.test",
            City = "Faketown",
            Claims = [new IdentityClaim { Type = "fake-type", Value = "a" }],
            Logins = [new IdentityLogin { LoginProvider = "Provider", ProviderKey = "key" }],
            Tokens = [new IdentityToken { LoginProvider = "Provider", Name = "access", Value = "fake" }],
            RecoveryCodes = ["one", "two"],
            RoleIds = [role.Id],
        };

        ShouldSucceed(await Users.CreateAsync(user, Password));

        (await ReadAsync(user)).Should().BeEquivalentTo(user);
        (await Users.GetUsersInRoleAsync("author")).Should().ContainSingle();
        (await Users.FindByLoginAsync("Provider", "key"))!.Id.Should().Be(user.Id);
        (await Users.GetUsersForClaimAsync(NewClaim("a"))).Should().ContainSingle();
        user.CreatedAt.Should().NotBe(default);
        user.ToString().Should().Be($"Member {user.Id}");
    }
}
