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

    public async Task<IActionResult> OnPostPasskeyAsync(string? credential)
    {
        ModelState.Clear(); // The email and password are not part of this form.
        return Show(
            await PasskeyCeremony.CompleteAsync(credential, signIn.PasskeySignInAsync) ?? SignInResult.Failed,
            "The passkey could not be verified. Try again, or sign in another way.");
    }

    public IActionResult OnPostExternal()
        => Challenge(signIn.ConfigureExternalAuthenticationProperties(TestProvider.Name, Url.Page("/External")), TestProvider.Name);

    private IActionResult Show(SignInResult result, string failure)
    {
        if (result.Succeeded)
            return RedirectToPage("Account");
        if (result.RequiresTwoFactor)
            return RedirectToPage("SecondFactor");
        ModelState.AddError(result, failure);
        return Page();
    }
}
