using System.Security.Cryptography;

namespace UserStore.DynamoDb.Encryption;

/// <summary>The key under which the values of one user are encrypted.</summary>
/// <param name="bytes">The key.</param>
/// <param name="wrapped">The key as it is stored.</param>
internal sealed class DataKey(byte[] bytes, byte[] wrapped)
{
    public const int Length = 32; // AES-256

    private const int IdBytes = 12;

    /// <summary>Gets a key that is stored, but that the service's wrapper does not accept, so that nothing can be decrypted or encrypted.</summary>
    public static DataKey Unusable { get; } = new([], []);

    public bool IsUsable => bytes.Length == Length;

    public byte[] Bytes => bytes;

    public byte[] Wrapped => wrapped;

    /// <summary>Gets what identifies the key in the items that were encrypted under it, and does not reveal it.</summary>
    public string Id { get; } = Convert.ToHexStringLower(HKDF.DeriveKey(HashAlgorithmName.SHA256, bytes, IdBytes, info: "UserStore data key id"u8.ToArray()));
}
