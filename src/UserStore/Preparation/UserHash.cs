using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>Hashes the keys of users, so that tombstones, data keys and receipts do not contain them. A hash begins with what identifies the secret key, so
/// that those of another one are recognized instead of not being found.</summary>
/// <param name="options">The options with the secret key.</param>
internal sealed class UserHash(UserPrivacyOptions options)
{
    /// <summary>The number of digits of a hash.</summary>
    public const int Length = IdLength + KeyedHash.Length;

    private const int IdLength = 8;

    private readonly KeyedHash _hash = new(options.HashKey!, "tombstones");
    private readonly string _id = new KeyedHash(options.HashKey!, "hash key").Of("")[..IdLength];

    /// <summary>Returns whether a string has the form of a hash.</summary>
    public static bool IsHash(string text) => text.Length == Length && text.All(char.IsAsciiHexDigitLower);

    public string Of(UserKey key) => Of(KeyModel.ToText(key));

    /// <inheritdoc cref="Of(UserKey)"/>
    public string Of(string key) => Identified(_hash.Of(key));

    /// <summary>Returns another hash by the secret key, with what identifies it.</summary>
    public string Identified(string hash) => _id + hash;

    /// <summary>Returns whether a hash was made with another secret key.</summary>
    public bool IsOfOtherKey(string hash) => !hash.StartsWith(_id, StringComparison.Ordinal);
}
