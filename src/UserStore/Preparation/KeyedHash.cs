using System.Security.Cryptography;
using System.Text;

namespace UserStore.Preparation;

/// <summary>Hashes strings with a secret key, so that nobody without the key can find out what was hashed by hashing guesses.</summary>
/// <param name="secret">The secret key.</param>
/// <param name="purpose">What the hashes are used for: those of different purposes cannot be compared.</param>
internal sealed class KeyedHash(byte[] secret, string purpose)
{
    /// <summary>The number of digits of a hash.</summary>
    public const int Length = 2 * HMACSHA256.HashSizeInBytes;

    private readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, HMACSHA256.HashSizeInBytes, info: Encoding.UTF8.GetBytes(purpose));

    /// <summary>Returns the hash of a well-formed string, in lower-case hexadecimal digits.</summary>
    public string Of(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));
}
