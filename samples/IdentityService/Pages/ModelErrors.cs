using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using SignInResult = Microsoft.AspNetCore.Identity.SignInResult;

namespace IdentityService.Pages;

/// <summary>Adds what Identity reports to the errors that a page shows.</summary>
internal static class ModelErrors
{
    public static void AddErrors(this ModelStateDictionary state, IdentityResult result, Func<IdentityError, string>? field = null)
    {
        foreach (IdentityError error in result.Errors)
            state.AddModelError(field?.Invoke(error) ?? "", error.Description);
    }

    public static void AddError(this ModelStateDictionary state, SignInResult result, string failure, string field = "") => state.AddModelError(
        field, result.IsLockedOut ? "The account is locked after too many failed attempts. Try again in a few minutes." : failure);
}
