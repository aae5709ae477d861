using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Personal data that Identity protects while it is stored.</summary>
public abstract class ProtectedDataContract(StoreFactory stores) : IdentityContract(stores)
{
    [Fact]
    public async Task Personal_data_is_protected_in_the_store_and_readable_by_the_manager()
    {
        Member user = await CreateAsync("Ada");
        ShouldSucceed(await Users.SetPhoneNumberAsync(user, "+1 555 0100"));
        ShouldSucceed(await Users.SetAuthenticationTokenAsync(user, "provider", "name", "fake-token"));
        ShouldSucceed(await Users.ResetAuthenticatorKeyAsync(user));

        Member stored = (await Store.FindAsync(user.Id, ReadConsistency.Strong))!;
        string?[] values =
        [
            stored.UserName, stored.NormalizedUserName, stored.Email, stored.NormalizedEmail, stored.PhoneNumber, stored.AuthenticatorKey,
            stored.Tokens!.Single().Value,
        ];
        values.Should().OnlyContain(value => value!.StartsWith(Protector.Mark, StringComparison.Ordinal));
        (user.UserName, user.PhoneNumber).Should().Be(("Ada", "+1 555 0100"));
        UserManager<Member> other = Open<UserManager<Member>>();
        foreach (Member? found in new[] { await ReadAsync(user), await other.FindByNameAsync("ada"), await other.FindByEmailAsync("ada@example.test") })
        {
            found.Should().BeEquivalentTo(user);
            (await Users.GetAuthenticatorKeyAsync(found!)).Should().Be(await Users.GetAuthenticatorKeyAsync(user)).And.NotStartWith(Protector.Mark);
            (await Users.GetAuthenticationTokenAsync(found!, "provider", "name")).Should().Be("fake-token");
        }
    }

    [Fact]
    public async Task Protected_names_are_unique_and_an_unchanged_user_stays_as_it_is()
    {
        Member user = await CreateAsync("Ada");
        string stamp = user.ConcurrencyStamp!;

        ShouldFail(await Users.CreateAsync(new Member { UserName = "ada", Email = "other@example.test" }), "DuplicateUserName");
        ShouldSucceed(await Users.UpdateAsync(await ReadAsync(user)));
        ShouldSucceed(await Users.AccessFailedAsync(user));

        (user.UserName, user.AccessFailedCount).Should().Be(("Ada", 1));
        user.ConcurrencyStamp.Should().NotBe(stamp);
        (await ReadAsync(user)).Should().BeEquivalentTo(user);
    }

    [Fact]
    public async Task Recovery_codes_are_protected_and_can_be_redeemed_once()
    {
        Member user = await CreateAsync("Ada");
        string[] codes = [.. (await Users.GenerateNewTwoFactorRecoveryCodesAsync(user, 3))!];

        Member stored = (await Store.FindAsync(user.Id, ReadConsistency.Strong))!;
        stored.RecoveryCodes.Should().HaveCount(3).And.OnlyContain(code => code.StartsWith(Protector.Mark, StringComparison.Ordinal));
        Member read = await ReadAsync(user);
        read.RecoveryCodes.Should().Equal(codes);
        ShouldSucceed(await Users.RedeemTwoFactorRecoveryCodeAsync(read, codes[1]));
        ShouldFail(await Users.RedeemTwoFactorRecoveryCodeAsync(await ReadAsync(user), codes[1]), "RecoveryCodeRedemptionFailed");
        (await ReadAsync(user)).RecoveryCodes.Should().Equal(codes[0], codes[2]);
    }

    protected override void Configure(IdentityOptions options) => options.Stores.ProtectPersonalData = true;

    protected override void Configure(IServiceCollection services) => services
        .AddSingleton<IPersonalDataProtector, Protector>().AddSingleton<ILookupProtector, Protector>().AddSingleton<ILookupProtectorKeyRing, KeyRing>();

    private sealed class Protector : IPersonalDataProtector, ILookupProtector
    {
        public const string Mark = "protected:";

        public string? Protect(string? data) => data is null ? null : Mark + Convert.ToHexString(Encoding.UTF8.GetBytes(data));

        public string? Unprotect(string? data) => data is null ? null : Encoding.UTF8.GetString(Convert.FromHexString(data[Mark.Length..]));

        public string? Protect(string keyId, string? data) => Protect(data);

        public string? Unprotect(string keyId, string? data) => Unprotect(data);
    }

    private sealed class KeyRing : ILookupProtectorKeyRing
    {
        public string CurrentKeyId => "fake-key";

        public string this[string keyId] => keyId;

        public IEnumerable<string> GetAllKeyIds() => [CurrentKeyId];
    }
}
