using System.Security.Claims;
using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Claims of users.</summary>
public abstract class ClaimContract(StoreFactory stores) : IdentityContract(stores)
{
    [Fact]
    public async Task Claims_are_added_replaced_and_removed()
    {
        Member user = await CreateAsync();

        ShouldSucceed(await Users.AddClaimsAsync(user, [NewClaim("a"), NewClaim("b"), NewClaim("c", "other-type")]));
        ShouldSucceed(await Users.ReplaceClaimAsync(user, NewClaim("b"), NewClaim("d")));
        ShouldSucceed(await Users.RemoveClaimAsync(user, NewClaim("a")));

        Texts(await Users.GetClaimsAsync(await ReadAsync(user))).Should().Equal("fake-type=d", "other-type=c");
    }

    [Fact]
    public async Task A_claim_can_be_added_twice_and_is_removed_altogether()
    {
        Member user = await CreateAsync();
        ShouldSucceed(await Users.AddClaimsAsync(user, [NewClaim("a"), NewClaim("a"), NewClaim("b")]));
        (await Users.GetClaimsAsync(await ReadAsync(user))).Should().HaveCount(3);

        ShouldSucceed(await Users.RemoveClaimAsync(user, NewClaim("a")));

        Texts(await Users.GetClaimsAsync(await ReadAsync(user))).Should().Equal("fake-type=b");
        (await Users.GetUsersForClaimAsync(NewClaim("a"))).Should().BeEmpty();
    }

    [Fact]
    public async Task A_claim_that_a_user_does_not_have_is_not_replaced()
    {
        Member user = await CreateAsync();
        ShouldSucceed(await Users.AddClaimAsync(user, NewClaim("a")));

        ShouldSucceed(await Users.ReplaceClaimAsync(user, NewClaim("none"), NewClaim("b")));
        ShouldSucceed(await Users.RemoveClaimAsync(user, NewClaim("none")));

        Texts(await Users.GetClaimsAsync(await ReadAsync(user))).Should().Equal("fake-type=a");
    }

    [Fact]
    public async Task Users_are_found_by_type_and_value_of_a_claim_exactly()
    {
        Member one = await CreateAsync(), two = await CreateAsync(), three = await CreateAsync();
        ShouldSucceed(await Users.AddClaimAsync(one, NewClaim("value", "type")));
        ShouldSucceed(await Users.AddClaimAsync(two, NewClaim("value", "type")));
        ShouldSucceed(await Users.AddClaimAsync(three, NewClaim("evalue", "typ")));

        (await Users.GetUsersForClaimAsync(NewClaim("value", "type"))).Select(user => user.Id).Should().BeEquivalentTo(one.Id, two.Id);
        (await Users.GetUsersForClaimAsync(NewClaim("evalue", "typ"))).Should().ContainSingle().Which.Should().BeEquivalentTo(three);
        (await Users.GetUsersForClaimAsync(NewClaim("VALUE", "type"))).Should().BeEmpty();

        ShouldSucceed(await Users.RemoveClaimAsync(one, NewClaim("value", "type")));
        ShouldSucceed(await Users.DeleteAsync(two));
        (await Users.GetUsersForClaimAsync(NewClaim("value", "type"))).Should().BeEmpty();
    }

    [Fact]
    public async Task Users_that_were_found_by_a_claim_can_be_changed()
    {
        Member user = await CreateAsync();
        ShouldSucceed(await Users.AddClaimAsync(user, NewClaim("a")));

        Member found = (await Users.GetUsersForClaimAsync(NewClaim("a"))).Single();
        found.City = "Faketown";
        ShouldSucceed(await Users.UpdateAsync(found));

        (await ReadAsync(user)).City.Should().Be("Faketown");
    }

    [Fact]
    public async Task A_claim_with_an_empty_or_very_long_value_is_kept()
    {
        Member user = await CreateAsync();
        string text = new('x', 20_000);

        ShouldSucceed(await Users.AddClaimsAsync(user, [NewClaim(""), NewClaim(text)]));

        Texts(await Users.GetClaimsAsync(await ReadAsync(user))).Should().Equal("fake-type=", $"fake-type={text}");
        (await Users.GetUsersForClaimAsync(NewClaim(""))).Should().ContainSingle();
        (await Users.GetUsersForClaimAsync(NewClaim(text))).Should().ContainSingle();
    }

    [Fact]
    public async Task Claims_of_two_requests_are_both_kept_or_one_is_a_conflict()
    {
        Member user = await CreateAsync(), other = await ReadAsync(user);
        UserManager<Member> late = Open<UserManager<Member>>();

        ShouldSucceed(await Users.AddClaimAsync(user, NewClaim("a")));
        ShouldFail(await late.AddClaimAsync(other, NewClaim("b")), "ConcurrencyFailure");

        Texts(await Users.GetClaimsAsync(await ReadAsync(user))).Should().Equal("fake-type=a");
        (await Users.GetUsersForClaimAsync(NewClaim("b"))).Should().BeEmpty();
    }

    private static IEnumerable<string> Texts(IEnumerable<Claim> claims) => claims.Select(claim => $"{claim.Type}={claim.Value}");
}
