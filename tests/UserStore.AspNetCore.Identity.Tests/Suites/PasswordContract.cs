using Microsoft.AspNetCore.Identity;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Passwords, and the security stamp that changes with credentials.</summary>
public abstract class PasswordContract(StoreFactory stores) : IdentityContract(stores)
{
    private const string Other = "Other-Passw0rd!";

    [Fact]
    public async Task A_password_is_changed_only_with_the_current_one()
    {
        Member user = await CreateAsync(password: Password);

        ShouldFail(await Users.ChangePasswordAsync(user, "wrong", Other), "PasswordMismatch");
        (await Users.CheckPasswordAsync(await ReadAsync(user), Password)).Should().BeTrue();
        ShouldSucceed(await Users.ChangePasswordAsync(user, Password, Other));

        Member stored = await ReadAsync(user);
        (await Users.CheckPasswordAsync(stored, Other)).Should().BeTrue();
        (await Users.CheckPasswordAsync(stored, Password)).Should().BeFalse();
    }

    [Fact]
    public async Task A_user_without_a_password_gets_one_once()
    {
        Member user = await CreateAsync();
        (await Users.HasPasswordAsync(user)).Should().BeFalse();

        ShouldSucceed(await Users.AddPasswordAsync(user, Password));
        ShouldFail(await Users.AddPasswordAsync(user, Other), "UserAlreadyHasPassword");

        (await Users.CheckPasswordAsync(await ReadAsync(user), Password)).Should().BeTrue();
        ShouldSucceed(await Users.RemovePasswordAsync(user));
        (await ReadAsync(user)).PasswordHash.Should().BeNull();
    }

    [Fact]
    public async Task A_weak_password_is_refused_and_nothing_is_stored()
    {
        var user = new Member { UserName = "ada", Email = "ada@example.test" };

        (await Users.CreateAsync(user, "a")).Succeeded.Should().BeFalse();

        (await Users.FindByNameAsync("ada")).Should().BeNull();
        user.ConcurrencyStamp.Should().BeNull();
    }

    [Fact]
    public async Task A_token_resets_the_password_once()
    {
        Member user = await CreateAsync(password: Password);
        string token = await Users.GeneratePasswordResetTokenAsync(user);

        ShouldFail(await Users.ResetPasswordAsync(user, "invented", Other), "InvalidToken");
        ShouldSucceed(await Users.ResetPasswordAsync(user, token, Other));
        ShouldFail(await Users.ResetPasswordAsync(await ReadAsync(user), token, Password), "InvalidToken");

        (await Users.CheckPasswordAsync(await ReadAsync(user), Other)).Should().BeTrue();
    }

    [Fact]
    public async Task Each_change_of_credentials_changes_the_security_stamp()
    {
        Member user = await CreateAsync(password: Password);
        var stamps = new List<string?> { (await ReadAsync(user)).SecurityStamp };
        Func<Task<IdentityResult>>[] changes =
        [
            () => Users.ChangePasswordAsync(user, Password, Other),
            () => Users.SetEmailAsync(user, "new@example.test"),
            () => Users.SetPhoneNumberAsync(user, "+1 555 0100"),
            () => Users.SetTwoFactorEnabledAsync(user, true),
            () => Users.RemovePasswordAsync(user),
            () => Users.AddLoginAsync(user, new UserLoginInfo("provider", "key", "Provider")),
            () => Users.RemoveLoginAsync(user, "provider", "key"),
            () => Users.UpdateSecurityStampAsync(user),
        ];

        foreach (Func<Task<IdentityResult>> change in changes)
        {
            ShouldSucceed(await change());
            stamps.Add((await ReadAsync(user)).SecurityStamp);
        }

        // The framework adds a login without a new stamp.
        stamps.Distinct().Should().HaveCountGreaterThanOrEqualTo(stamps.Count - 1);
        stamps[^1].Should().Be(user.SecurityStamp);
        user.City = "Faketown";
        ShouldSucceed(await Users.UpdateAsync(user));
        (await ReadAsync(user)).SecurityStamp.Should().Be(stamps[^1], "it is no credential");
    }

    [Fact]
    public async Task A_hash_of_an_older_format_is_replaced_at_the_next_sign_in()
    {
        Member user = await CreateAsync(password: Password);
        var old = new PasswordHasher<Member>(Microsoft.Extensions.Options.Options.Create(
            new PasswordHasherOptions { CompatibilityMode = PasswordHasherCompatibilityMode.IdentityV2 }));
        user.PasswordHash = old.HashPassword(user, Password);
        ShouldSucceed(await Users.UpdateAsync(user));
        string before = (await ReadAsync(user)).PasswordHash!;

        (await Users.CheckPasswordAsync(await ReadAsync(user), Password)).Should().BeTrue();

        Member stored = await ReadAsync(user);
        stored.PasswordHash.Should().NotBe(before);
        (await Users.CheckPasswordAsync(stored, Password)).Should().BeTrue();
    }

    [Fact]
    public async Task A_token_is_not_valid_for_another_user_or_purpose()
    {
        Member user = await CreateAsync(password: Password), other = await CreateAsync(password: Password);
        string token = await Users.GenerateUserTokenAsync(user, TokenOptions.DefaultProvider, "purpose");

        (await Users.VerifyUserTokenAsync(await ReadAsync(user), TokenOptions.DefaultProvider, "purpose", token)).Should().BeTrue();
        (await Users.VerifyUserTokenAsync(user, TokenOptions.DefaultProvider, "other", token)).Should().BeFalse();
        (await Users.VerifyUserTokenAsync(other, TokenOptions.DefaultProvider, "purpose", token)).Should().BeFalse();
    }
}
