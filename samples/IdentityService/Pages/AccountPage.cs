using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace IdentityService.Pages;

/// <summary>A page for a user who has signed in.</summary>
[Authorize(AuthenticationSchemes = "Identity.Application")]
public abstract class AccountPage(UserManager<AppUser> users) : PageModel
{
    public AppUser Account { get; private set; } = null!;

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        if (await users.GetUserAsync(User) is not { } user)
        {
            context.Result = Challenge(IdentityConstants.ApplicationScheme);
            return;
        }

        Account = user;
        await next();
    }
}
