using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using UserStore.Privacy;

namespace IdentityService.Pages;

public sealed partial class AccountModel(
    UserManager<AppUser> users, SignInManager<AppUser> signIn, IUserPrivacy<AppUser> privacy, ILogger<AccountModel> log) : AccountPage(users)
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
        UserErasureReceipt receipt = await privacy.EraseAsync(Account.Id);
        LogErased(log, JsonSerializer.Serialize(receipt));
        await signIn.SignOutAsync();
        return RedirectToPage("Index");
    }

    // The receipt proves the erasure as long as it is kept, and contains no personal data.
    [LoggerMessage(1, LogLevel.Information, "A user was erased: {Receipt}")]
    private static partial void LogErased(ILogger log, string receipt);
}
