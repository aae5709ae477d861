using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace IdentityService.Pages;

public sealed class AuthenticatorModel(UserManager<AppUser> users, SignInManager<AppUser> signIn) : AccountPage(users)
{
    private const int RecoveryCodeCount = 10;

    [BindProperty]
    [Required]
    public string? Code { get; set; }

    public IReadOnlyList<string> RecoveryCodes { get; private set; } = [];

    public async Task<IActionResult> OnPostKeyAsync()
    {
        ModelState.Clear(); // The code is not part of this form.
        if (Account.TwoFactorEnabled)
            return Fail("The app is required, so its key cannot be replaced.");
        IdentityResult reset = await Users.ResetAuthenticatorKeyAsync(Account);
        if (!reset.Succeeded)
            return await FailAsync(reset);
        await signIn.RefreshSignInAsync(Account);
        return Done("A new key was created.");
    }

    public async Task<IActionResult> OnPostEnableAsync()
    {
        if (!ModelState.IsValid)
            return Page();
        if (!await Users.VerifyTwoFactorTokenAsync(Account, Users.Options.Tokens.AuthenticatorTokenProvider, Code!.Replace(" ", "", StringComparison.Ordinal)))
            return Fail("The code is wrong.", nameof(Code));
        IdentityResult enabled = await Users.SetTwoFactorEnabledAsync(Account, true);
        if (!enabled.Succeeded)
            return await FailAsync(enabled);
        await signIn.RefreshSignInAsync(Account);
        return await CreateRecoveryCodesAsync();
    }

    public Task<IActionResult> OnPostRecoveryCodesAsync()
    {
        ModelState.Clear();
        return Account.TwoFactorEnabled ? CreateRecoveryCodesAsync() : Task.FromResult(Fail("The app is not required."));
    }

    public async Task<IActionResult> OnPostDisableAsync()
    {
        ModelState.Clear();
        IdentityResult disabled = await Users.SetTwoFactorEnabledAsync(Account, false);
        if (!disabled.Succeeded)
            return await FailAsync(disabled);
        await signIn.RefreshSignInAsync(Account);
        return Done("The app is no longer required.");
    }

    private async Task<IActionResult> CreateRecoveryCodesAsync()
    {
        // Identity reports no more than that there are none.
        if (await Users.GenerateNewTwoFactorRecoveryCodesAsync(Account, RecoveryCodeCount) is not { } codes)
            return Fail("The recovery codes could not be stored. Create new ones.");
        RecoveryCodes = [.. codes];
        return Page();
    }
}
