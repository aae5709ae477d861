using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace IdentityService.Pages;

public sealed class LoginsModel(UserManager<AppUser> users, SignInManager<AppUser> signIn) : AccountPage(users)
{
    public IActionResult OnPostLink()
        => Challenge(signIn.ConfigureExternalAuthenticationProperties(TestProvider.Name, Url.Page("/Logins", "Linked"), Account.Id), TestProvider.Name);

    /// <summary>Receives the user from the provider. The id ensures that this user, and nobody else, has asked for the link.</summary>
    public async Task<IActionResult> OnGetLinkedAsync()
    {
        ExternalLoginInfo? info = await signIn.GetExternalLoginInfoAsync(expectedXsrf: Account.Id);
        await HttpContext.SignOutAsync(IdentityConstants.ExternalScheme);
        if (info is null)
            return Fail("The external login failed or was cancelled.");
        IdentityResult linked = await Users.AddLoginAsync(Account, info);
        if (!linked.Succeeded)
            return await FailAsync(linked);
        await signIn.RefreshSignInAsync(Account);
        return Done("The external login was linked.");
    }

    public async Task<IActionResult> OnPostUnlinkAsync(string provider, string key)
    {
        if (Account.Logins?.Any(login => login.LoginProvider == provider && login.ProviderKey == key) is not true)
            return Fail("There is no such external login.");
        if (HasOneWayToSignIn)
            return Fail("Without this external login, you could not sign in.");
        IdentityResult unlinked = await Users.RemoveLoginAsync(Account, provider, key);
        if (!unlinked.Succeeded)
            return await FailAsync(unlinked);
        await signIn.RefreshSignInAsync(Account);
        return Done("The external login was unlinked.");
    }
}
