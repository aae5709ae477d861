using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using SignInResult = Microsoft.AspNetCore.Identity.SignInResult;

namespace IdentityService.Pages;

public sealed class LoginModel(SignInManager<AppUser> signIn) : PageModel
{
    [BindProperty]
    [Required]
    public string Email { get; set; } = "";

    [BindProperty]
    [Required]
    public string Password { get; set; } = "";

    public async Task<IActionResult> OnPostAsync() => ModelState.IsValid
        ? Show(await signIn.PasswordSignInAsync(Email, Password, isPersistent: false, lockoutOnFailure: true), "The email or password is wrong.")
        : Page();

    public async Task<IActionResult> OnPostPasskeyOptionsAsync() => Content(await signIn.MakePasskeyRequestOptionsAsync(null), "application/json");

    public async Task<IActionResult> OnPostPasskeyAsync(string credential)
    {
        ModelState.Clear();
        return Show(await signIn.PasskeySignInAsync(credential), "The passkey is not known.");
    }

    public IActionResult OnPostExternal()
        => Challenge(signIn.ConfigureExternalAuthenticationProperties(TestProvider.Name, Url.Page("/External")), TestProvider.Name);

    private IActionResult Show(SignInResult result, string failure)
    {
        if (result.Succeeded)
            return RedirectToPage("Account");
        if (result.RequiresTwoFactor)
            return RedirectToPage("SecondFactor");
        ModelState.AddModelError("", result.IsLockedOut ? "The account is locked after too many failed attempts. Try again later." : failure);
        return Page();
    }
}
