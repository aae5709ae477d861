using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace UserStore;

/// <summary>What the store knows of a stored user that it returned: which revision it is, and what it holds.</summary>
/// <remarks>Every user that is read has one, so it takes little memory.</remarks>
internal sealed record UserRevision
{
    private const char Separator = '.'; // occurs in no part
    private const int FixedParts = 5;
    private const int FingerprintBytes = 9;

    private readonly long _version;
    private readonly long _expiresAt;
    private readonly bool _hasVersion;
    private readonly bool _expires;

    /// <summary>Initializes a new instance of the <see cref="UserRevision"/> class.</summary>
    /// <param name="writeId">The id of the last write; null if another program wrote the user.</param>
    /// <param name="birthId">The id of the write that created the user; null likewise.</param>
    /// <param name="version">The version; null if there is none.</param>
    /// <param name="expiresAt">When the user expires, in epoch seconds.</param>
    /// <param name="values">The stored unique values and their scopes, or their fingerprints, in the order of the model.</param>
    public UserRevision(string? writeId, string? birthId, long? version, long? expiresAt, HeldValues values)
    {
        (WriteId, BirthId, Values) = (writeId, birthId, values);
        (_version, _hasVersion) = (version.GetValueOrDefault(), version is not null);
        (_expiresAt, _expires) = (expiresAt.GetValueOrDefault(), expiresAt is not null);
    }

    public string? WriteId { get; }

    public string? BirthId { get; }

    public long? Version => _hasVersion ? _version : null;

    public long? ExpiresAt => _expires ? _expiresAt : null;

    public HeldValues Values { get; }

    /// <summary>Gets a value indicating whether the values are fingerprints.</summary>
    public bool AreFingerprints { get; init; }

    /// <summary>Gets the fingerprint of the item; null if it has a write id.</summary>
    public string? Content { get; init; }

    /// <summary>Returns whether the user holds values, as far as is known.</summary>
    /// <param name="values">The values, in the order of the model.</param>
    public bool HoldsAll(HeldValues values)
    {
        for (int i = 0; i < values.Count; i++)
        {
            if (i >= Values.Count || Values[i] != (AreFingerprints ? FingerprintOf(values[i]) : values[i]))
                return false;
        }

        return true;
    }

    /// <summary>Gets a value indicating whether the revision can be a string: the ids of another program can have any characters.</summary>
    public bool IsText => WriteId is not "" && BirthId is not "" && IsPart(WriteId ?? "") && IsPart(BirthId ?? "");

    /// <summary>Returns the revision as an opaque string, which contains no values of the user.</summary>
    public override string ToString() => string.Join(
        Separator,
        [
            WriteId ?? "", BirthId ?? "", Version?.ToString(CultureInfo.InvariantCulture) ?? "", ExpiresAt?.ToString(CultureInfo.InvariantCulture) ?? "",
            Content ?? "", .. Values.ToArray().Select(value => AreFingerprints ? value ?? "" : FingerprintOf(value) ?? ""),
        ]);

    /// <summary>Returns the revision that a string contains, or null if it was not returned by <see cref="ToString"/>.</summary>
    /// <remarks>A revision from before a type had all of its unique values has fewer of them: it shows the others as changed.</remarks>
    public static UserRevision? Parse(string text)
    {
        string[] parts = text.Split(Separator);
        return parts.Length >= FixedParts && Array.TrueForAll(parts, IsPart) && TryParse(parts[2], out long? version) && TryParse(parts[3], out long? expiresAt)
            ? new UserRevision(
                NullIfEmpty(parts[0]), NullIfEmpty(parts[1]), version, expiresAt, HeldValues.Of([.. parts[FixedParts..].Select(NullIfEmpty)]))
            {
                AreFingerprints = true,
                Content = NullIfEmpty(parts[4]),
            }
            : null;
    }

    private static string? FingerprintOf(string? value)
        => value is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)).AsSpan(0, FingerprintBytes));

    private static bool IsPart(string text) => text.All(character => char.IsAsciiLetterOrDigit(character) || character is '~' or '-' or '_');

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static bool TryParse(string text, out long? number)
    {
        number = null;
        if (text.Length == 0)
            return true;
        bool isNumber = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long parsed);
        number = parsed;
        return isNumber;
    }
}
