using Microsoft.AspNetCore.Identity;
using UserStore.Privacy;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Identity's users are erased and restricted with everything by which they are found.</summary>
public abstract class PrivacyContract : IdentityContract
{
    protected PrivacyContract(StoreFactory stores)
        : base(stores)
        => Stores.HashKey = [.. Enumerable.Repeat((byte)7, 32)];

    private IUserPrivacy<Member> Privacy => Stores.PrivacyOf(Store);

    [Fact]
    public async Task An_erased_user_leaves_its_name_email_and_logins_and_cannot_come_back()
    {
        Member user = await CreateAsync("ada", Password);
        ShouldSucceed(await Users.AddLoginAsync(user, new UserLoginInfo("fake-provider", "1", null)));

        UserErasureReceipt receipt = await Privacy.EraseAsync(user.Id);

        (await Privacy.VerifyErasedAsync([receipt]).ToListAsync()).Should().BeEmpty();
        (await Users.FindByNameAsync("ada")).Should().BeNull();
        (await Users.FindByLoginAsync("fake-provider", "1")).Should().BeNull();
        ShouldFail(await Open<UserManager<Member>>().UpdateAsync(Changed(user)), "ConcurrencyFailure");
        ShouldFail(await Open<UserManager<Member>>().CreateAsync(new Member { Id = user.Id, UserName = "other", Email = "other@example.test" }), "UserErased");
        Member next = await CreateAsync("ada");
        ShouldSucceed(await Users.AddLoginAsync(next, new UserLoginInfo("fake-provider", "1", null)));
    }

    [Fact]
    public async Task A_restricted_user_can_neither_sign_in_nor_be_changed_until_it_is_released()
    {
        Member user = await CreateAsync("ada", Password);
        await Privacy.RestrictAsync(user.Id);

        UserManager<Member> users = Open<UserManager<Member>>();
        (await users.FindByNameAsync("ada")).Should().BeNull();
        (await users.FindByEmailAsync("ada@example.test")).Should().BeNull();
        (await users.FindByIdAsync(user.Id)).Should().BeNull();
        ShouldFail(await users.UpdateAsync(Changed(user)), "UserRestricted");
        ShouldFail(await users.DeleteAsync(user), "UserRestricted");
        ShouldFail(await users.CreateAsync(new Member { UserName = "ada", Email = "new@example.test" }), "DuplicateUserName");

        await Privacy.ReleaseAsync(user.Id);
        (await users.CheckPasswordAsync((await users.FindByNameAsync("ada"))!, Password)).Should().BeTrue();
    }

    private static Member Changed(Member user)
    {
        user.PhoneNumber = "+1 555 0100";
        return user;
    }
}
