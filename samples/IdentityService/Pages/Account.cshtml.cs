using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace IdentityService.Pages;

public sealed class AccountModel(UserManager<AppUser> users, SignInManager<AppUser> signIn) : AccountPage(users)
{
    [BindProperty]
    public string? Password { get; set; }

    public async Task<IActionResult> OnPostSignOutAsync()
    {
        await signIn.SignOutAsync();
        return RedirectToPage("Login");
    }

    public IActionResult OnPostDownload() => File(PersonalData.ToJson(Account), "application/json", "personal-data.json");

    public async Task<IActionResult> OnPostDeleteAsync()
    {
        if (Account.PasswordHash is not null && !await Users.CheckPasswordAsync(Account, Password ?? ""))
            return Fail("The password is wrong.", nameof(Password));
        IdentityResult deleted = await Users.DeleteAsync(Account);
        if (!deleted.Succeeded)
            return await FailAsync(deleted);
        await signIn.SignOutAsync();
        return RedirectToPage("Index");
    }
}
