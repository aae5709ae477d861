using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using UserStore.Privacy;

namespace IdentityService.Pages;

public sealed class AccountModel(UserManager<AppUser> users, SignInManager<AppUser> signIn, IUserPrivacy<AppUser> privacy) : AccountPage(users)
{
    [BindProperty]
    public string? Password { get; set; }

    public async Task<IActionResult> OnPostSignOutAsync()
    {
        await signIn.SignOutAsync();
        return RedirectToPage("Login");
    }

    public async Task<IActionResult> OnPostDownloadAsync(CancellationToken cancellationToken)
        => File(await PersonalData.ExportAsync(privacy, Account.Id, cancellationToken), "application/json", "personal-data.json");

    public async Task<IActionResult> OnPostDeleteAsync()
    {
        if (Account.PasswordHash is not null && !await Users.CheckPasswordAsync(Account, Password ?? ""))
            return Fail("The password is wrong.", nameof(Password));
        await privacy.EraseAsync(Account.Id);
        await signIn.SignOutAsync();
        return RedirectToPage("Index");
    }
}
