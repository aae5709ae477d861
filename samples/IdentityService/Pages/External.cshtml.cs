using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SignInResult = Microsoft.AspNetCore.Identity.SignInResult;

namespace IdentityService.Pages;

/// <summary>Receives the user from the provider. The first sign-in registers the user; an account with the same email is not taken over.</summary>
public sealed class ExternalModel(UserManager<AppUser> users, SignInManager<AppUser> signIn) : PageModel
{
    public async Task<IActionResult> OnGetAsync()
    {
        ExternalLoginInfo? info = await signIn.GetExternalLoginInfoAsync();
        await HttpContext.SignOutAsync(IdentityConstants.ExternalScheme);
        if (info is null)
        {
            ModelState.AddModelError("", "The external login failed or was cancelled.");
            return Page();
        }

        SignInResult result = await signIn.ExternalLoginSignInAsync(info.LoginProvider, info.ProviderKey, isPersistent: false);
        if (result.Succeeded)
            return RedirectToPage("Account");
        if (result.RequiresTwoFactor)
            return RedirectToPage("SecondFactor");
        if (result.IsLockedOut)
        {
            ModelState.AddError(result, "");
            return Page();
        }

        return await RegisterAsync(info);
    }

    private async Task<IActionResult> RegisterAsync(ExternalLoginInfo info)
    {
        string? email = info.Principal.FindFirstValue(ClaimTypes.Email);
        var user = new AppUser
        {
            UserName = email,
            Email = email,
            DisplayName = info.Principal.FindFirstValue(ClaimTypes.Name),
            // One write stores both, so that no user without a login is left behind.
            Logins = [new() { LoginProvider = info.LoginProvider, ProviderKey = info.ProviderKey, ProviderDisplayName = info.ProviderDisplayName }],
        };
        IdentityResult created = await users.CreateAsync(user);
        if (created.Succeeded)
        {
            await signIn.SignInAsync(user, isPersistent: false, info.LoginProvider);
            return RedirectToPage("Account");
        }

        ModelState.AddErrors(created);
        return Page();
    }
}
