using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace IdentityService.Pages;

public sealed class AuthenticatorModel(UserManager<AppUser> users, SignInManager<AppUser> signIn) : AccountPage(users)
{
    private readonly UserManager<AppUser> _users = users;

    [BindProperty]
    [Required]
    public string Code { get; set; } = "";

    public IReadOnlyList<string> RecoveryCodes { get; private set; } = [];

    public async Task OnGetAsync()
    {
        if (Account.AuthenticatorKey is null)
        {
            await _users.ResetAuthenticatorKeyAsync(Account);
            await signIn.RefreshSignInAsync(Account);
        }
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (!ModelState.IsValid)
            return Page();
        if (!await _users.VerifyTwoFactorTokenAsync(Account, _users.Options.Tokens.AuthenticatorTokenProvider, Code.Replace(" ", "", StringComparison.Ordinal)))
        {
            ModelState.AddModelError(nameof(Code), "The code is wrong.");
            return Page();
        }

        IdentityResult enabled = await _users.SetTwoFactorEnabledAsync(Account, true);
        if (!enabled.Succeeded)
        {
            ModelState.AddModelError("", enabled.Errors.First().Description);
            return Page();
        }

        RecoveryCodes = [.. await _users.GenerateNewTwoFactorRecoveryCodesAsync(Account, 10) ?? []];
        await signIn.RefreshSignInAsync(Account);
        return Page();
    }
}
