using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;

namespace IdentityService;

/// <summary>Collects what the service knows of a person.</summary>
internal static class PersonalData
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly PropertyInfo[] Properties
        = [.. typeof(AppUser).GetProperties().Where(property => property.IsDefined(typeof(PersonalDataAttribute), inherit: true))];

    public static byte[] ToJson(AppUser user) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            Properties = Properties.ToDictionary(property => property.Name, property => property.GetValue(user)),
            Claims = user.Claims?.Select(claim => new { claim.Type, claim.Value }) ?? [],
            Logins = user.Logins?.Select(login => new { login.LoginProvider, login.ProviderKey }) ?? [],
            Passkeys = user.Passkeys?.Select(passkey => passkey.Name) ?? [],
        },
        Indented);
}
