using System.Security.Claims;
using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Roles, and the users who have them.</summary>
public abstract class RoleContract(StoreFactory stores) : IdentityContract(stores)
{
    [Fact]
    public async Task A_role_is_found_by_id_and_name_and_its_name_is_unique()
    {
        MemberRole role = await CreateRoleAsync("Author");

        (await Roles.FindByIdAsync(role.Id)).Should().BeEquivalentTo(role);
        (await Roles.FindByNameAsync("AUTHOR")).Should().BeEquivalentTo(role);
        (await Roles.RoleExistsAsync("author")).Should().BeTrue();
        (await Roles.RoleExistsAsync("editor")).Should().BeFalse();
        ShouldFail(await Roles.CreateAsync(new MemberRole { Name = "AUTHOR" }), "DuplicateRoleName");
    }

    [Fact]
    public async Task Of_many_creates_of_one_role_one_succeeds()
    {
        RoleManager<MemberRole>[] managers = [.. Enumerable.Range(0, 20).Select(_ => Open<RoleManager<MemberRole>>())];

        IdentityResult[] results = await Task.WhenAll(managers.Select(manager => manager.CreateAsync(new MemberRole { Name = "author" })));

        results.Count(result => result.Succeeded).Should().Be(1);
        foreach (IdentityResult result in results.Where(result => !result.Succeeded))
            ShouldFail(result, "DuplicateRoleName");
    }

    [Fact]
    public async Task A_role_is_changed_renamed_and_deleted()
    {
        MemberRole role = await CreateRoleAsync("author"), late = (await Open<RoleManager<MemberRole>>().FindByIdAsync(role.Id))!;

        role.Description = "Writes";
        ShouldSucceed(await Roles.SetRoleNameAsync(role, "writer"));
        ShouldSucceed(await Roles.UpdateAsync(role));
        (await Roles.FindByNameAsync("author")).Should().BeNull();
        (await Roles.FindByNameAsync("writer")).Should().BeEquivalentTo(role);

        late.Description = "Late";
        ShouldFail(await Roles.UpdateAsync(late), "ConcurrencyFailure");
        ShouldFail(await Roles.DeleteAsync(late), "ConcurrencyFailure");
        ShouldSucceed(await Roles.DeleteAsync(role));
        (await Roles.FindByIdAsync(role.Id)).Should().BeNull();
        await CreateRoleAsync("writer");
    }

    [Fact]
    public async Task A_role_has_claims()
    {
        MemberRole role = await CreateRoleAsync("author");
        ShouldSucceed(await Roles.AddClaimAsync(role, NewClaim("a")));
        ShouldSucceed(await Roles.AddClaimAsync(role, NewClaim("b")));
        ShouldSucceed(await Roles.RemoveClaimAsync(role, NewClaim("a")));

        (await Roles.GetClaimsAsync((await Roles.FindByIdAsync(role.Id))!)).Select(claim => claim.Value).Should().Equal("b");
    }

    [Fact]
    public async Task Users_are_added_to_roles_and_removed()
    {
        await CreateRoleAsync("Author");
        await CreateRoleAsync("Editor");
        Member user = await CreateAsync(), other = await CreateAsync();

        ShouldSucceed(await Users.AddToRolesAsync(user, ["author", "EDITOR"]));
        ShouldSucceed(await Users.AddToRoleAsync(other, "author"));
        ShouldFail(await Users.AddToRoleAsync(user, "Author"), "UserAlreadyInRole");

        (await Users.GetRolesAsync(await ReadAsync(user))).Should().Equal("Author", "Editor");
        (await Users.IsInRoleAsync(await ReadAsync(other), "AUTHOR")).Should().BeTrue();
        (await Users.IsInRoleAsync(other, "editor")).Should().BeFalse();
        (await Users.GetUsersInRoleAsync("author")).Select(one => one.Id).Should().BeEquivalentTo(user.Id, other.Id);

        ShouldSucceed(await Users.RemoveFromRoleAsync(user, "author"));
        ShouldFail(await Users.RemoveFromRoleAsync(user, "author"), "UserNotInRole");
        (await Users.GetUsersInRoleAsync("author")).Select(one => one.Id).Should().Equal(other.Id);
        (await Users.GetRolesAsync(await ReadAsync(user))).Should().Equal("Editor");
    }

    [Fact]
    public async Task A_role_that_does_not_exist_cannot_be_given()
    {
        Member user = await CreateAsync();

        Func<Task> add = () => Users.AddToRoleAsync(user, "none");

        await add.Should().ThrowAsync<InvalidOperationException>().WithMessage("*NONE*does not exist*");
        (await Users.GetUsersInRoleAsync("none")).Should().BeEmpty();
        (await Users.IsInRoleAsync(user, "none")).Should().BeFalse();
    }

    [Fact]
    public async Task A_renamed_role_keeps_its_users_and_a_deleted_one_does_not()
    {
        MemberRole role = await CreateRoleAsync("author");
        Member user = await CreateAsync();
        ShouldSucceed(await Users.AddToRoleAsync(user, "author"));

        ShouldSucceed(await Roles.SetRoleNameAsync(role, "writer"));
        ShouldSucceed(await Roles.UpdateAsync(role));
        (await Users.GetRolesAsync(await ReadAsync(user))).Should().Equal("writer");
        (await Users.GetUsersInRoleAsync("writer")).Should().ContainSingle();

        ShouldSucceed(await Roles.DeleteAsync(role));
        (await Users.GetRolesAsync(await ReadAsync(user))).Should().BeEmpty();
        await CreateRoleAsync("writer");
        (await Users.GetUsersInRoleAsync("writer")).Should().BeEmpty("it is another role");
        (await Users.IsInRoleAsync(await ReadAsync(user), "writer")).Should().BeFalse();
    }

    [Fact]
    public async Task The_principal_has_the_claims_of_the_user_and_of_its_roles()
    {
        MemberRole role = await CreateRoleAsync("Author");
        ShouldSucceed(await Roles.AddClaimAsync(role, NewClaim("of-role")));
        Member user = await CreateAsync("ada");
        ShouldSucceed(await Users.AddToRoleAsync(user, "author"));
        ShouldSucceed(await Users.AddClaimAsync(user, NewClaim("of-user")));

        ClaimsPrincipal principal = await Open<IUserClaimsPrincipalFactory<Member>>().CreateAsync(await ReadAsync(user));

        principal.IsInRole("Author").Should().BeTrue();
        principal.FindAll("fake-type").Select(claim => claim.Value).Should().BeEquivalentTo("of-user", "of-role");
        principal.FindFirstValue(ClaimTypes.NameIdentifier).Should().Be(user.Id);
        principal.FindFirstValue(ClaimTypes.Name).Should().Be("ada");
    }
}
