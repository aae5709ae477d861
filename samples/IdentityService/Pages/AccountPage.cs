using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace IdentityService.Pages;

/// <summary>A page for a user who has signed in.</summary>
[Authorize(AuthenticationSchemes = "Identity.Application")]
public abstract class AccountPage(UserManager<AppUser> users) : PageModel
{
    public AppUser Account { get; private set; } = null!;

    /// <summary>Gets a value indicating whether the user could not sign in without a password, passkey or external login that is removed.</summary>
    public bool HasOneWayToSignIn => (Account.PasswordHash is null ? 0 : 1) + (Account.Passkeys?.Count ?? 0) + (Account.Logins?.Count ?? 0) <= 1;

    protected UserManager<AppUser> Users { get; } = users;

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        if (await Users.GetUserAsync(User) is not { } user)
        {
            context.Result = Challenge(IdentityConstants.ApplicationScheme);
            return;
        }

        Account = user;
        await next();
    }

    /// <summary>Shows the page again with what was done, which also prevents that a reload repeats it.</summary>
    protected IActionResult Done(string message)
    {
        TempData["Done"] = message;
        return RedirectToPage();
    }

    protected IActionResult Fail(string message, string field = "")
    {
        ModelState.AddModelError(field, message);
        return Page();
    }

    /// <summary>Shows why a change was not stored, and the user as stored.</summary>
    protected async Task<IActionResult> FailAsync(IdentityResult result)
    {
        ModelState.AddErrors(result);
        if (await Users.GetUserAsync(User) is not { } stored)
            return Challenge(IdentityConstants.ApplicationScheme);
        Account = stored;
        return Page();
    }
}
