using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace UserStore.AspNetCore.Identity;

/// <summary>The strings by which users are found that have a claim or a login.</summary>
internal static class IdentityKey
{
    // Unique and indexed values have at most 2,048 bytes, and a character has up to 3.
    private const int MaxLength = 600;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Returns a string that differs from that of any other two strings: both of them, or a hash.</summary>
    public static string Of(string first, string second)
    {
        string both = string.Create(CultureInfo.InvariantCulture, $"{first.Length}:{first}{second}");
        if (both.Length <= MaxLength)
            return both;
        try
        {
            return $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Strict.GetBytes(both)))}";
        }
        catch (EncoderFallbackException)
        {
            return both; // which the store refuses
        }
    }
}
