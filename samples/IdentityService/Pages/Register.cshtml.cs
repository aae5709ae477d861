using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace IdentityService.Pages;

public sealed class RegisterModel(UserManager<AppUser> users, SignInManager<AppUser> signIn) : PageModel
{
    [BindProperty]
    [Required]
    [EmailAddress]
    public string Email { get; set; } = "";

    [BindProperty]
    [Required]
    public string Password { get; set; } = "";

    public async Task<IActionResult> OnPostAsync()
    {
        if (!ModelState.IsValid)
            return Page();
        var user = new AppUser { UserName = Email, Email = Email };
        IdentityResult created = await users.CreateAsync(user, Password);
        if (created.Succeeded)
        {
            await signIn.SignInAsync(user, isPersistent: false);
            return RedirectToPage("Account");
        }

        ModelState.AddErrors(created, error => error.Code.StartsWith("Password", StringComparison.Ordinal) ? nameof(Password) : nameof(Email));
        return Page();
    }
}
