using System.Buffers.Text;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace IdentityService.Pages;

public sealed class PasskeysModel(UserManager<AppUser> users, SignInManager<AppUser> signIn) : AccountPage(users)
{
    [BindProperty]
    [Required]
    [StringLength(50)]
    public string? Name { get; set; }

    public async Task<IActionResult> OnPostOptionsAsync()
    {
        var entity = new PasskeyUserEntity { Id = Account.Id, Name = Account.UserName!, DisplayName = Account.DisplayName ?? Account.UserName! };
        return Content(await signIn.MakePasskeyCreationOptionsAsync(entity), "application/json");
    }

    public async Task<IActionResult> OnPostAddAsync(string? credential)
    {
        if (!ModelState.IsValid)
            return Page();
        if (await PasskeyCeremony.CompleteAsync(credential, signIn.PerformPasskeyAttestationAsync) is not { Succeeded: true } attestation)
            return Fail("The passkey could not be verified. Try again.");
        attestation.Passkey.Name = Name;
        IdentityResult added = await Users.AddOrUpdatePasskeyAsync(Account, attestation.Passkey);
        return added.Succeeded ? Done("The passkey was added.") : await FailAsync(added);
    }

    public async Task<IActionResult> OnPostRemoveAsync(string id)
    {
        ModelState.Clear(); // The name is not part of this form.
        if ((await Users.GetPasskeysAsync(Account)).FirstOrDefault(passkey => Base64Url.EncodeToString(passkey.CredentialId) == id) is not { } passkey)
            return Fail("There is no such passkey.");
        if (HasOneWayToSignIn)
            return Fail("Without this passkey, you could not sign in.");
        IdentityResult removed = await Users.RemovePasskeyAsync(Account, passkey.CredentialId);
        return removed.Succeeded ? Done("The passkey was removed.") : await FailAsync(removed);
    }
}
