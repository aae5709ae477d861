using System.Text.Json;
using System.Text.Json.Nodes;
using UserStore.Privacy;

namespace IdentityService;

/// <summary>Returns what the service stores of a person.</summary>
internal static class PersonalData
{
    private const string Withheld = "(withheld, because it is a credential)";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // Whoever finds the file could sign in with some of them.
    private static readonly string[] Credentials = ["password_hash", "security_stamp", "authenticator_key", "recovery_codes", "tokens"];

    /// <summary>Returns everything that is stored, also what later versions of the service add, without the values of credentials.</summary>
    public static async Task<byte[]> ExportAsync(IUserPrivacy<AppUser> privacy, string id, CancellationToken cancellationToken)
    {
        using var stored = new MemoryStream();
        await privacy.ExportAsync(id, stored, cancellationToken);
        JsonNode document = JsonNode.Parse(stored.ToArray())!;
        foreach (JsonNode? item in document["items"]!.AsArray())
        {
            JsonObject attributes = item!["attributes"]!.AsObject();
            foreach (string credential in Credentials.Where(attributes.ContainsKey))
                attributes[credential] = Withheld;
        }

        return JsonSerializer.SerializeToUtf8Bytes(document, Indented);
    }
}
