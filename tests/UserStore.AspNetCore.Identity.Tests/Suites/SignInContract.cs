using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Sign-ins by the framework's manager, with its cookies.</summary>
public abstract class SignInContract(StoreFactory stores) : IdentityContract(stores)
{
    [Fact]
    public async Task A_password_signs_in_and_failures_lock_out()
    {
        Member user = await CreateAsync("ada", Password);

        (await SignInAsync("ada", Password)).Should().Be(SignInResult.Success);
        for (int attempt = 1; attempt < MaxAttempts; attempt++)
            (await SignInAsync("ada", "wrong")).Should().Be(SignInResult.Failed);
        (await SignInAsync("ada", "wrong")).Should().Be(SignInResult.LockedOut);

        (await SignInAsync("ada", Password)).Should().Be(SignInResult.LockedOut, "the right password does not end a lockout");
        ShouldSucceed(await Users.SetLockoutEndDateAsync(await ReadAsync(user), null));
        (await SignInAsync("ADA", Password)).Should().Be(SignInResult.Success);
        (await SignInAsync("none", Password)).Should().Be(SignInResult.Failed);
    }

    [Fact]
    public async Task A_sign_in_resets_the_count_of_failures()
    {
        Member user = await CreateAsync("ada", Password);
        (await SignInAsync("ada", "wrong")).Should().Be(SignInResult.Failed);
        (await ReadAsync(user)).AccessFailedCount.Should().Be(1);

        (await SignInAsync("ada", Password)).Should().Be(SignInResult.Success);

        (await ReadAsync(user)).AccessFailedCount.Should().Be(0);
    }

    [Fact]
    public async Task A_second_factor_is_required_if_it_is_on()
    {
        Member user = await CreateAsync("ada", Password);
        ShouldSucceed(await Users.ResetAuthenticatorKeyAsync(user));
        ShouldSucceed(await Users.SetTwoFactorEnabledAsync(user, true));

        (await SignInAsync("ada", Password)).Should().Be(SignInResult.TwoFactorRequired);
    }

    [Fact]
    public async Task A_user_who_must_confirm_the_email_is_not_allowed_before()
    {
        Member user = await CreateAsync("ada", Password);
        SignInManager<Member> manager = NewManager();
        manager.Options.SignIn.RequireConfirmedEmail = true;

        (await manager.PasswordSignInAsync("ada", Password, isPersistent: false, lockoutOnFailure: true)).Should().Be(SignInResult.NotAllowed);
        ShouldSucceed(await Users.ConfirmEmailAsync(user, await Users.GenerateEmailConfirmationTokenAsync(user)));
        (await NewManager().PasswordSignInAsync("ada", Password, isPersistent: false, lockoutOnFailure: true)).Should().Be(SignInResult.Success);
    }

    [Fact]
    public async Task An_external_login_signs_in_its_user()
    {
        Member user = await CreateAsync("ada");
        ShouldSucceed(await Users.AddLoginAsync(user, new UserLoginInfo("Provider", "key", "Provider")));

        (await NewManager().ExternalLoginSignInAsync("Provider", "key", isPersistent: false)).Should().Be(SignInResult.Success);
        (await NewManager().ExternalLoginSignInAsync("Provider", "other", isPersistent: false)).Should().Be(SignInResult.Failed);
    }

    [Fact]
    public async Task A_session_ends_when_the_security_stamp_changes()
    {
        Member user = await CreateAsync("ada", Password);
        SignInManager<Member> manager = NewManager();
        var principal = await manager.CreateUserPrincipalAsync(await ReadAsync(user));
        (await manager.ValidateSecurityStampAsync(principal))!.Id.Should().Be(user.Id);

        ShouldSucceed(await Users.UpdateSecurityStampAsync(user));

        (await NewManager().ValidateSecurityStampAsync(principal)).Should().BeNull();
        (await Users.GetUserAsync(principal))!.Id.Should().Be(user.Id, "the id stays");
    }

    private const int MaxAttempts = 3;

    protected override void Configure(IdentityOptions options) => options.Lockout.MaxFailedAccessAttempts = MaxAttempts;

    protected override void Configure(IServiceCollection services) => services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();

    private Task<SignInResult> SignInAsync(string name, string password)
        => NewManager().PasswordSignInAsync(name, password, isPersistent: false, lockoutOnFailure: true);

    // A request of its own.
    private SignInManager<Member> NewManager()
    {
        var manager = Open<SignInManager<Member>>();
        manager.Context = new DefaultHttpContext { RequestServices = Open<IServiceProvider>() };
        return manager;
    }
}
