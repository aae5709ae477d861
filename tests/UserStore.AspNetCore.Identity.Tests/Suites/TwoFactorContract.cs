using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Second factors, recovery codes and authentication tokens.</summary>
public abstract class TwoFactorContract(StoreFactory stores) : IdentityContract(stores)
{
    [Fact]
    public async Task A_key_of_an_authenticator_app_is_kept_until_it_is_reset()
    {
        Member user = await CreateAsync();
        (await Users.GetAuthenticatorKeyAsync(user)).Should().BeNull();

        ShouldSucceed(await Users.ResetAuthenticatorKeyAsync(user));
        string? key = await Users.GetAuthenticatorKeyAsync(await ReadAsync(user));
        ShouldSucceed(await Users.ResetAuthenticatorKeyAsync(user));

        key.Should().NotBeNullOrEmpty();
        (await Users.GetAuthenticatorKeyAsync(await ReadAsync(user))).Should().NotBe(key).And.NotBeNull();
    }

    [Fact]
    public async Task The_providers_that_a_user_can_use_follow_from_its_data()
    {
        Member user = await CreateAsync();
        (await Users.GetValidTwoFactorProvidersAsync(user)).Should().BeEmpty();

        ShouldSucceed(await Users.ConfirmEmailAsync(user, await Users.GenerateEmailConfirmationTokenAsync(user)));
        ShouldSucceed(await Users.ResetAuthenticatorKeyAsync(user));

        (await Users.GetValidTwoFactorProvidersAsync(await ReadAsync(user))).Should().BeEquivalentTo(
            TokenOptions.DefaultEmailProvider, TokenOptions.DefaultAuthenticatorProvider);
        string token = await Users.GenerateTwoFactorTokenAsync(user, TokenOptions.DefaultEmailProvider);
        (await Users.VerifyTwoFactorTokenAsync(await ReadAsync(user), TokenOptions.DefaultEmailProvider, token)).Should().BeTrue();
        (await Users.VerifyTwoFactorTokenAsync(user, TokenOptions.DefaultAuthenticatorProvider, "000000")).Should().BeFalse();
    }

    [Fact]
    public async Task The_second_factor_is_on_until_it_is_switched_off()
    {
        Member user = await CreateAsync();

        ShouldSucceed(await Users.SetTwoFactorEnabledAsync(user, true));
        (await Users.GetTwoFactorEnabledAsync(await ReadAsync(user))).Should().BeTrue();
        ShouldSucceed(await Users.SetTwoFactorEnabledAsync(user, false));
        (await Users.GetTwoFactorEnabledAsync(await ReadAsync(user))).Should().BeFalse();
    }

    [Fact]
    public async Task A_recovery_code_is_redeemed_once()
    {
        Member user = await CreateAsync();
        string[] codes = [.. (await Users.GenerateNewTwoFactorRecoveryCodesAsync(user, 10))!];
        codes.Should().HaveCount(10);

        ShouldSucceed(await Users.RedeemTwoFactorRecoveryCodeAsync(await ReadAsync(user), codes[3]));
        (await Users.RedeemTwoFactorRecoveryCodeAsync(await ReadAsync(user), codes[3])).Succeeded.Should().BeFalse();
        (await Users.RedeemTwoFactorRecoveryCodeAsync(await ReadAsync(user), "invented")).Succeeded.Should().BeFalse();

        (await Users.CountRecoveryCodesAsync(await ReadAsync(user))).Should().Be(9);
    }

    [Fact]
    public async Task New_recovery_codes_replace_the_old_ones()
    {
        Member user = await CreateAsync();
        string[] old = [.. (await Users.GenerateNewTwoFactorRecoveryCodesAsync(user, 5))!];
        string[] codes = [.. (await Users.GenerateNewTwoFactorRecoveryCodesAsync(user, 2))!];

        (await Users.CountRecoveryCodesAsync(await ReadAsync(user))).Should().Be(2);
        (await Users.RedeemTwoFactorRecoveryCodeAsync(await ReadAsync(user), old[0])).Succeeded.Should().BeFalse();
        ShouldSucceed(await Users.RedeemTwoFactorRecoveryCodeAsync(await ReadAsync(user), codes[0]));
    }

    [Fact]
    public async Task A_code_that_two_requests_redeem_at_once_is_accepted_once()
    {
        Member user = await CreateAsync();
        string[] codes = [.. (await Users.GenerateNewTwoFactorRecoveryCodesAsync(user, 2))!];
        (UserManager<Member> first, UserManager<Member> second) = (Open<UserManager<Member>>(), Open<UserManager<Member>>());
        (Member one, Member two) = ((await first.FindByIdAsync(user.Id))!, (await second.FindByIdAsync(user.Id))!);

        IdentityResult[] results = await Task.WhenAll(
            first.RedeemTwoFactorRecoveryCodeAsync(one, codes[0]), second.RedeemTwoFactorRecoveryCodeAsync(two, codes[0]));

        results.Count(result => result.Succeeded).Should().Be(1);
        (await ReadAsync(user)).RecoveryCodes.Should().Equal(codes[1]);
    }

    [Fact]
    public async Task Tokens_are_kept_by_provider_and_name()
    {
        Member user = await CreateAsync();
        ShouldSucceed(await Users.SetAuthenticationTokenAsync(user, "provider", "access", "one"));
        ShouldSucceed(await Users.SetAuthenticationTokenAsync(user, "provider", "refresh", "two"));
        ShouldSucceed(await Users.SetAuthenticationTokenAsync(user, "other", "access", "three"));
        ShouldSucceed(await Users.SetAuthenticationTokenAsync(user, "provider", "access", "four"));

        Member stored = await ReadAsync(user);
        (await Users.GetAuthenticationTokenAsync(stored, "provider", "access")).Should().Be("four");
        (await Users.GetAuthenticationTokenAsync(stored, "provider", "refresh")).Should().Be("two");
        (await Users.GetAuthenticationTokenAsync(stored, "other", "access")).Should().Be("three");
        (await Users.GetAuthenticationTokenAsync(stored, "other", "refresh")).Should().BeNull();

        ShouldSucceed(await Users.RemoveAuthenticationTokenAsync(stored, "provider", "access"));
        stored = await ReadAsync(user);
        (await Users.GetAuthenticationTokenAsync(stored, "provider", "access")).Should().BeNull();
        stored.Tokens.Should().HaveCount(2);
    }
}
