using Microsoft.AspNetCore.Identity;

namespace IdentityService;

/// <summary>Completes what a browser has started with a passkey.</summary>
internal static class PasskeyCeremony
{
    /// <summary>Verifies a credential with a method of <see cref="SignInManager{TUser}"/>.</summary>
    /// <returns>The result; <see langword="null"/> if the credential is missing, or the browser has not requested a challenge for it.</returns>
    public static async Task<TResult?> CompleteAsync<TResult>(string? credential, Func<string, Task<TResult>> verify)
        where TResult : class
    {
        if (credential is not { Length: > 0 })
            return null;
        try
        {
            return await verify(credential);
        }
        catch (InvalidOperationException)
        {
            // The challenge is in a cookie that is deleted when it is used, so this is the second request with it, such as a reload.
            return null;
        }
    }
}
