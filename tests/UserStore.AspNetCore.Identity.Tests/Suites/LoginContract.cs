using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>External logins.</summary>
public abstract class LoginContract(StoreFactory stores) : IdentityContract(stores)
{
    [Fact]
    public async Task A_user_is_found_by_each_login()
    {
        Member user = await CreateAsync();
        ShouldSucceed(await Users.AddLoginAsync(user, NewLogin("one")));
        ShouldSucceed(await Users.AddLoginAsync(user, NewLogin("two", "Other")));

        (await Users.FindByLoginAsync("Provider", "one")).Should().BeEquivalentTo(user);
        (await Users.FindByLoginAsync("Other", "two"))!.Id.Should().Be(user.Id);
        (await Users.FindByLoginAsync("Provider", "two")).Should().BeNull();
        (await Users.GetLoginsAsync(await ReadAsync(user))).Select(login => (login.LoginProvider, login.ProviderKey, login.ProviderDisplayName))
            .Should().Equal(("Provider", "one", "Provider of fakes"), ("Other", "two", "Provider of fakes"));
    }

    [Fact]
    public async Task A_removed_login_and_those_of_a_deleted_user_are_free()
    {
        Member user = await CreateAsync(), other = await CreateAsync();
        ShouldSucceed(await Users.AddLoginAsync(user, NewLogin("one")));
        ShouldSucceed(await Users.AddLoginAsync(user, NewLogin("two")));

        ShouldSucceed(await Users.RemoveLoginAsync(user, "Provider", "one"));
        (await Users.FindByLoginAsync("Provider", "one")).Should().BeNull();
        ShouldSucceed(await Users.AddLoginAsync(other, NewLogin("one")));
        ShouldSucceed(await Users.DeleteAsync(user));
        ShouldSucceed(await Users.AddLoginAsync(other, NewLogin("two")));

        (await Users.FindByLoginAsync("Provider", "one"))!.Id.Should().Be(other.Id);
        (await Users.FindByLoginAsync("Provider", "two"))!.Id.Should().Be(other.Id);
    }

    [Fact]
    public async Task A_login_belongs_to_one_user_also_if_both_requests_found_it_free()
    {
        Member user = await CreateAsync(), other = await CreateAsync();
        var store = (IUserLoginStore<Member>)Open<Microsoft.AspNetCore.Identity.IUserStore<Member>>();
        await store.AddLoginAsync(other, NewLogin("one"), default); // after the check of the manager
        ShouldSucceed(await Users.AddLoginAsync(user, NewLogin("one")));

        ShouldFail(await store.UpdateAsync(other, default), "LoginAlreadyAssociated");
        ShouldFail(await Users.AddLoginAsync(await ReadAsync(other), NewLogin("one")), "LoginAlreadyAssociated");

        (await Users.FindByLoginAsync("Provider", "one"))!.Id.Should().Be(user.Id);
        (await Users.GetLoginsAsync(await ReadAsync(other))).Should().BeEmpty();
    }

    [Fact]
    public async Task A_user_cannot_be_created_with_the_login_of_another()
    {
        Member user = await CreateAsync();
        ShouldSucceed(await Users.AddLoginAsync(user, NewLogin("one")));
        var second = new Member
        {
            UserName = "second",
            Email = "second@example.test",
            Logins = [new IdentityLogin { LoginProvider = "Provider", ProviderKey = "one" }],
        };

        ShouldFail(await Users.CreateAsync(second), "LoginAlreadyAssociated");

        (await Users.FindByNameAsync("second")).Should().BeNull();
        (await Users.FindByEmailAsync("second@example.test")).Should().BeNull();
    }

    [Fact]
    public async Task Provider_and_key_are_not_mistaken_for_each_other()
    {
        Member user = await CreateAsync(), other = await CreateAsync();

        ShouldSucceed(await Users.AddLoginAsync(user, NewLogin("2", "Provider1")));
        ShouldSucceed(await Users.AddLoginAsync(other, NewLogin("12", "Provider")));

        (await Users.FindByLoginAsync("Provider1", "2"))!.Id.Should().Be(user.Id);
        (await Users.FindByLoginAsync("Provider", "12"))!.Id.Should().Be(other.Id);
    }

    private static UserLoginInfo NewLogin(string key, string provider = "Provider") => new(provider, key, "Provider of fakes");
}
