using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Input that cannot be stored, and users and stamps that are not what is stored.</summary>
public abstract class BadInputContract(StoreFactory stores) : IdentityContract(stores)
{
    [Fact]
    public async Task A_name_that_cannot_be_stored_is_an_error()
    {
        foreach (string name in new[] { "a\ud800b", new string('x', 10_000) })
        {
            IdentityResult result = await Users.CreateAsync(new Member { UserName = name, Email = "ada@example.test" });

            ShouldFail(result, "InvalidNormalizedUserName");
            result.Errors.Should().OnlyContain(error => error.Description.Length > 10 && !error.Description.Contains(name));
            (await Users.FindByEmailAsync("ada@example.test")).Should().BeNull();
            (await Users.FindByNameAsync(name)).Should().BeNull();
        }
    }

    // The rule of the framework for names is stricter.
    protected override void Configure(IdentityOptions options) => options.User.AllowedUserNameCharacters = "";

    [Fact]
    public async Task A_user_that_was_removed_between_two_calls_is_a_conflict()
    {
        Member user = await CreateAsync(password: Password), late = await ReadAsync(user);
        UserManager<Member> other = Open<UserManager<Member>>();
        ShouldSucceed(await Users.DeleteAsync(user));

        ShouldFail(await other.ChangePasswordAsync(late, Password, "Other-Passw0rd!"), "ConcurrencyFailure");
        ShouldFail(await other.AddClaimAsync(late, NewClaim("a")), "ConcurrencyFailure");
        ShouldFail(await other.DeleteAsync(late), "ConcurrencyFailure");

        (await Users.FindByIdAsync(user.Id)).Should().BeNull();
        (await Users.GetUsersForClaimAsync(NewClaim("a"))).Should().BeEmpty();
    }

    [Fact]
    public async Task A_stamp_of_another_user_or_an_invented_one_is_a_conflict()
    {
        Member user = await CreateAsync(), other = await CreateAsync();
        foreach (string stamp in new[] { other.ConcurrencyStamp!, "invented", "", "a.b.1..", Guid.NewGuid().ToString() })
        {
            Member changed = await ReadAsync(user);
            changed.City = "Faketown";
            changed.ConcurrencyStamp = stamp;

            ShouldFail(await Users.UpdateAsync(changed), "ConcurrencyFailure");
            ShouldFail(await Users.DeleteAsync(changed), "ConcurrencyFailure");
        }

        (await ReadAsync(user)).Should().BeEquivalentTo(user);
    }

    [Fact]
    public async Task A_stamp_that_went_to_a_form_and_back_finds_changes()
    {
        Member user = await CreateAsync();
        string stamp = user.ConcurrencyStamp!;
        Member first = await ReadAsync(user);
        (first.ConcurrencyStamp, first.City) = (stamp, "Faketown");
        ShouldSucceed(await Users.UpdateAsync(first));

        Member second = await ReadAsync(user);
        (second.ConcurrencyStamp, second.City) = (stamp, "Elsewhere");
        ShouldFail(await Users.UpdateAsync(second), "ConcurrencyFailure");

        (await ReadAsync(user)).City.Should().Be("Faketown");
    }

    [Fact]
    public async Task Lists_with_null_and_logins_of_nobody_are_errors_and_nothing_is_written()
    {
        Member user = await CreateAsync();
        var store = Open<Microsoft.AspNetCore.Identity.IUserStore<Member>>();
        (string Code, Action<Member> Change)[] changes =
        [
            ("InvalidClaimKeys", stored => stored.Claims = [null!]),
            ("InvalidLoginKeys", stored => stored.Logins = [null!]),
            ("InvalidLoginKeys", stored => stored.Logins = [new IdentityLogin { LoginProvider = null!, ProviderKey = "key" }]),
            ("InvalidLoginKeys", stored => stored.Logins = [new IdentityLogin { LoginProvider = "provider", ProviderKey = "" }]),
            ("InvalidPasskeyIds", stored => stored.Passkeys = [null!]),
            ("InvalidPasskeyIds", stored => stored.Passkeys = [new IdentityPasskey { CredentialId = null! }]),
        ];
        foreach ((string code, Action<Member> change) in changes)
        {
            Member stored = await ReadAsync(user);
            change(stored);
            ShouldFail(await store.UpdateAsync(stored, default), code);
        }

        (await ReadAsync(user)).Should().BeEquivalentTo(user);
    }

    [Fact]
    public async Task A_claim_without_a_value_has_an_empty_one()
    {
        Member user = await CreateAsync();
        user.Claims = [new IdentityClaim { Type = "fake-type", Value = null! }];

        ShouldSucceed(await Users.UpdateAsync(user));

        (await Users.GetClaimsAsync(await ReadAsync(user))).Should().ContainSingle().Which.Value.Should().BeEmpty();
        (await Users.GetUsersForClaimAsync(NewClaim(""))).Should().ContainSingle();
    }

    [Fact]
    public async Task An_item_above_the_limit_is_an_error_and_nothing_is_written()
    {
        Member user = await CreateAsync();
        string text = new('x', 150_000);
        ShouldSucceed(await Users.SetAuthenticationTokenAsync(user, "provider", "one", text));
        ShouldSucceed(await Users.SetAuthenticationTokenAsync(user, "provider", "two", text));

        ShouldFail(await Users.SetAuthenticationTokenAsync(user, "provider", "three", text), "InvalidItem");
        Member stored = await ReadAsync(user);
        ShouldFail(await Users.AddClaimAsync(stored, NewClaim(text)), "InvalidItem");

        (await ReadAsync(user)).Tokens.Should().HaveCount(2);
        (await Users.GetUsersForClaimAsync(NewClaim(text))).Should().BeEmpty();
    }

    [Fact]
    public async Task More_claims_than_a_transaction_can_hold_are_an_error()
    {
        Member user = await CreateAsync();

        // Name and email count twice each.
        ShouldSucceed(await Users.AddClaimsAsync(user, Enumerable.Range(0, 92).Select(number => NewClaim($"{number}"))));
        ShouldFail(await Users.AddClaimAsync(user, NewClaim("92")), "InvalidClaimKeys");

        Member stored = await ReadAsync(user);
        stored.Claims.Should().HaveCount(92);
        ShouldSucceed(await Users.RemoveClaimsAsync(stored, Enumerable.Range(0, 50).Select(number => NewClaim($"{number}"))));
        ShouldSucceed(await Users.DeleteAsync(stored));
    }

    [Fact]
    public async Task Nothing_is_found_by_what_cannot_be_stored()
    {
        await CreateAsync();

        (await Users.FindByNameAsync("")).Should().BeNull();
        (await Users.FindByIdAsync("")).Should().BeNull();
        (await Users.FindByIdAsync(new string('x', 5_000))).Should().BeNull();
        (await Users.FindByIdAsync("a\ud800b")).Should().BeNull();
        (await Users.FindByLoginAsync("", "")).Should().BeNull();
        (await Users.FindByLoginAsync("a\ud800b", new string('x', 5_000))).Should().BeNull();
        (await Users.FindByPasskeyIdAsync([])).Should().BeNull();
        (await Roles.FindByNameAsync("")).Should().BeNull();
        (await Roles.FindByIdAsync("")).Should().BeNull();
        (await Users.GetUsersForClaimAsync(NewClaim("a\ud800b"))).Should().BeEmpty();
    }

    [Fact]
    public async Task A_user_cannot_be_created_twice()
    {
        Member user = await CreateAsync();

        ShouldFail(await Users.CreateAsync(new Member { Id = user.Id, UserName = "other", Email = "other@example.test" }), "DuplicateId");

        (await ReadAsync(user)).UserName.Should().Be(user.UserName);
        (await Users.FindByNameAsync("other")).Should().BeNull();
    }

    [Fact]
    public async Task Arguments_are_checked_and_a_disposed_store_is_not_used()
    {
        var store = (IUserPasskeyStore<Member>)Open<Microsoft.AspNetCore.Identity.IUserStore<Member>>();
        Member user = await CreateAsync();
        Func<Task>[] nulls =
        [
            () => store.CreateAsync(null!, default), () => store.UpdateAsync(null!, default), () => store.DeleteAsync(null!, default),
            () => store.GetUserIdAsync(null!, default), () => store.FindByIdAsync(null!, default), () => store.FindByNameAsync(null!, default),
            () => store.AddOrUpdatePasskeyAsync(user, null!, default), () => store.FindByPasskeyIdAsync(null!, default),
        ];
        foreach (Func<Task> call in nulls)
            await call.Should().ThrowAsync<ArgumentNullException>();
        Func<Task> cancelled = () => store.FindByIdAsync(user.Id, new CancellationToken(canceled: true));
        await cancelled.Should().ThrowAsync<OperationCanceledException>();

        store.Dispose();

        Func<Task>[] disposed =
        [
            () => store.FindByIdAsync(user.Id, default), () => store.UpdateAsync(user, default), () => store.GetPasskeysAsync(user, default),
        ];
        foreach (Func<Task> call in disposed)
            await call.Should().ThrowAsync<ObjectDisposedException>();
    }
}
