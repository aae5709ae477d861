using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Each property of a user, through the interface of the stores that Identity uses for it.</summary>
public abstract class PropertyContract(StoreFactory stores) : IdentityContract(stores)
{
    private static readonly DateTimeOffset Instant = new(2030, 1, 31, 12, 30, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, (Func<object, Member, Task> Set, Func<object, Member, Task<object?>> Get, object? Value)> Properties = new()
    {
        ["user name"] = Property<Microsoft.AspNetCore.Identity.IUserStore<Member>>(
            (store, user) => store.SetUserNameAsync(user, "ada", default), async (store, user) => await store.GetUserNameAsync(user, default), "ada"),
        ["normalized user name"] = Property<Microsoft.AspNetCore.Identity.IUserStore<Member>>(
            (store, user) => store.SetNormalizedUserNameAsync(user, "ADA", default),
            async (store, user) => await store.GetNormalizedUserNameAsync(user, default), "ADA"),
        ["password"] = Property<IUserPasswordStore<Member>>(
            (store, user) => store.SetPasswordHashAsync(user, "fake-hash", default),
            async (store, user) => await store.GetPasswordHashAsync(user, default), "fake-hash"),
        ["no password"] = Property<IUserPasswordStore<Member>>(
            (store, user) => store.SetPasswordHashAsync(user, null, default), async (store, user) => await store.HasPasswordAsync(user, default), false),
        ["security stamp"] = Property<IUserSecurityStampStore<Member>>(
            (store, user) => store.SetSecurityStampAsync(user, "stamp", default),
            async (store, user) => await store.GetSecurityStampAsync(user, default), "stamp"),
        ["email"] = Property<IUserEmailStore<Member>>(
            (store, user) => store.SetEmailAsync(user, "ada@example.test", default),
            async (store, user) => await store.GetEmailAsync(user, default), "ada@example.test"),
        ["no email"] = Property<IUserEmailStore<Member>>(
            (store, user) => store.SetEmailAsync(user, null, default), async (store, user) => await store.GetEmailAsync(user, default), null),
        ["normalized email"] = Property<IUserEmailStore<Member>>(
            (store, user) => store.SetNormalizedEmailAsync(user, "ADA@EXAMPLE.TEST", default),
            async (store, user) => await store.GetNormalizedEmailAsync(user, default), "ADA@EXAMPLE.TEST"),
        ["confirmed email"] = Property<IUserEmailStore<Member>>(
            (store, user) => store.SetEmailConfirmedAsync(user, true, default), async (store, user) => await store.GetEmailConfirmedAsync(user, default), true),
        ["phone number"] = Property<IUserPhoneNumberStore<Member>>(
            (store, user) => store.SetPhoneNumberAsync(user, "+1 555 0100", default),
            async (store, user) => await store.GetPhoneNumberAsync(user, default), "+1 555 0100"),
        ["confirmed phone number"] = Property<IUserPhoneNumberStore<Member>>(
            (store, user) => store.SetPhoneNumberConfirmedAsync(user, true, default),
            async (store, user) => await store.GetPhoneNumberConfirmedAsync(user, default), true),
        ["lockout enabled"] = Property<IUserLockoutStore<Member>>(
            (store, user) => store.SetLockoutEnabledAsync(user, true, default), async (store, user) => await store.GetLockoutEnabledAsync(user, default), true),
        ["lockout end"] = Property<IUserLockoutStore<Member>>(
            (store, user) => store.SetLockoutEndDateAsync(user, Instant, default),
            async (store, user) => await store.GetLockoutEndDateAsync(user, default), Instant),
        ["access failed count"] = Property<IUserLockoutStore<Member>>(
            (store, user) => store.IncrementAccessFailedCountAsync(user, default),
            async (store, user) => await store.GetAccessFailedCountAsync(user, default), 1),
        ["second factor"] = Property<IUserTwoFactorStore<Member>>(
            (store, user) => store.SetTwoFactorEnabledAsync(user, true, default),
            async (store, user) => await store.GetTwoFactorEnabledAsync(user, default), true),
        ["authenticator key"] = Property<IUserAuthenticatorKeyStore<Member>>(
            (store, user) => store.SetAuthenticatorKeyAsync(user, "fake-key", default),
            async (store, user) => await store.GetAuthenticatorKeyAsync(user, default), "fake-key"),
        ["recovery codes"] = Property<IUserTwoFactorRecoveryCodeStore<Member>>(
            (store, user) => store.ReplaceCodesAsync(user, ["one", "two"], default), async (store, user) => await store.CountCodesAsync(user, default), 2),
        ["no recovery codes"] = Property<IUserTwoFactorRecoveryCodeStore<Member>>(
            (store, user) => store.ReplaceCodesAsync(user, [], default), async (store, user) => await store.CountCodesAsync(user, default), 0),
        ["token"] = Property<IUserAuthenticationTokenStore<Member>>(
            (store, user) => store.SetTokenAsync(user, "provider", "name", "value", default),
            async (store, user) => await store.GetTokenAsync(user, "provider", "name", default), "value"),
        ["token without a value"] = Property<IUserAuthenticationTokenStore<Member>>(
            (store, user) => store.SetTokenAsync(user, "provider", "name", null, default),
            async (store, user) => await store.GetTokenAsync(user, "provider", "name", default), null),
    };

    public static TheoryData<string> Names => [.. Properties.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_property_is_set_on_the_object_and_stored_by_the_next_update(string name)
    {
        (Func<object, Member, Task> set, Func<object, Member, Task<object?>> get, object? value) = Properties[name];
        var store = Open<Microsoft.AspNetCore.Identity.IUserStore<Member>>();
        Member user = await CreateAsync();

        await set(store, user);
        (await get(store, user)).Should().Be(value);
        ShouldSucceed(await store.UpdateAsync(user, default));

        Member stored = await ReadAsync(user);
        (await get(store, stored)).Should().Be(value);
        stored.Should().BeEquivalentTo(user);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_property_of_a_new_user_is_stored_by_its_creation(string name)
    {
        (Func<object, Member, Task> set, Func<object, Member, Task<object?>> get, object? value) = Properties[name];
        var store = Open<Microsoft.AspNetCore.Identity.IUserStore<Member>>();
        var user = new Member { UserName = "new", NormalizedUserName = "NEW" };

        await set(store, user);
        ShouldSucceed(await store.CreateAsync(user, default));

        (await get(store, await ReadAsync(user))).Should().Be(value);
    }

    private static (Func<object, Member, Task>, Func<object, Member, Task<object?>>, object?) Property<TStore>(
        Func<TStore, Member, Task> set, Func<TStore, Member, Task<object?>> get, object? value)
        => ((store, user) => set((TStore)store, user), (store, user) => get((TStore)store, user), value);
}
