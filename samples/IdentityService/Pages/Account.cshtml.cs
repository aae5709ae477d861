using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace IdentityService.Pages;

public sealed class AccountModel(UserManager<AppUser> users, SignInManager<AppUser> signIn) : AccountPage(users)
{
    private readonly UserManager<AppUser> _users = users;

    public async Task<IActionResult> OnPostSignOutAsync()
    {
        await signIn.SignOutAsync();
        return RedirectToPage("Login");
    }

    public async Task<IActionResult> OnPostPasskeyOptionsAsync()
    {
        var entity = new PasskeyUserEntity { Id = Account.Id, Name = Account.UserName!, DisplayName = Account.DisplayName ?? Account.UserName! };
        return Content(await signIn.MakePasskeyCreationOptionsAsync(entity), "application/json");
    }

    public async Task<IActionResult> OnPostPasskeyAsync(string credential, string name)
    {
        PasskeyAttestationResult attestation = await signIn.PerformPasskeyAttestationAsync(credential);
        if (!attestation.Succeeded)
            return Fail("", "The passkey could not be verified.");
        attestation.Passkey.Name = name;
        IdentityResult added = await _users.AddOrUpdatePasskeyAsync(Account, attestation.Passkey);
        return added.Succeeded ? RedirectToPage() : Fail("", added.Errors.First().Description);
    }

    public IActionResult OnPostDownload() => File(PersonalData.ToJson(Account), "application/json", "personal-data.json");

    public async Task<IActionResult> OnPostDeleteAsync(string? password)
    {
        if (Account.PasswordHash is not null && !await _users.CheckPasswordAsync(Account, password ?? ""))
            return Fail("Password", "The password is wrong.");
        IdentityResult deleted = await _users.DeleteAsync(Account);
        if (!deleted.Succeeded)
            return Fail("", deleted.Errors.First().Description);
        await signIn.SignOutAsync();
        return RedirectToPage("Register");
    }

    private IActionResult Fail(string field, string message)
    {
        ModelState.AddModelError(field, message);
        return Page();
    }
}
