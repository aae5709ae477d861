using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace UserStore.Paging;

/// <summary>Represents the position at which a sequence of pages resumes.</summary>
/// <param name="Position">The last key that was read, in the format of the store that created the token.</param>
/// <param name="Remaining">The number of users that the limit of the query still allows, or null if there is no limit.</param>
internal sealed record ContinuationToken(string Position, int? Remaining);

/// <summary>
/// Encodes and decodes opaque, URL-safe continuation tokens. A fingerprint binds each token to its query. Tokens are encrypted if there are
/// keys.
/// </summary>
/// <remarks>Without keys, a checksum detects accidental changes but not forgery, and the content of a token is readable.</remarks>
/// <param name="keys">The keys. The first key encrypts, and all keys decrypt.</param>
internal sealed class ContinuationTokens(IReadOnlyList<byte[]> keys)
{
    // Plain layout: format, checksum of the rest, fingerprint of the query, remaining (-1 for no limit), position.
    private const byte PlainFormat = 1;
    private const int ChecksumAt = 1;
    private const int FingerprintAt = ChecksumAt + HashLength;
    private const int RemainingAt = FingerprintAt + HashLength;
    private const int PositionAt = RemainingAt + sizeof(int);
    private const int HashLength = 8;

    // Encrypted layout: format, prefix of the key's hash, nonce, tag, encrypted remaining and position; the fingerprint is authenticated.
    private const byte EncryptedFormat = 2;
    private const int NonceAt = ChecksumAt + HashLength;
    private const int TagAt = NonceAt + NonceLength;
    private const int SecretAt = TagAt + TagLength;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly (byte[] Name, byte[] Key)[] _keys = [.. keys.Select(key => (Hash(key), key))];

    public static byte[] FingerprintOf(string description) => Hash(Encoding.UTF8.GetBytes(description));

    public string Encode(ContinuationToken token, byte[] fingerprint)
        => Base64Url.EncodeToString(_keys.Length > 0 ? Encrypt(token, fingerprint) : Write(token, fingerprint));

    /// <exception cref="InvalidContinuationTokenException">The token is damaged, or was created for another query or with other keys.</exception>
    public ContinuationToken Decode(string text, byte[] fingerprint)
    {
        if (!Base64Url.IsValid(text))
            throw Damaged();
        byte[] token = Base64Url.DecodeFromChars(text);
        // The last character has unused bits, so that different strings can decode to the same bytes.
        if (Base64Url.EncodeToString(token) != text || token.Length == 0)
            throw Damaged();
        return _keys.Length > 0 ? Decrypt(token, fingerprint) : Read(token, fingerprint);
    }

    private static byte[] Write(ContinuationToken token, byte[] fingerprint)
    {
        byte[] bytes = new byte[PositionAt + Encoding.UTF8.GetByteCount(token.Position)];
        bytes[0] = PlainFormat;
        fingerprint.CopyTo(bytes, FingerprintAt);
        WriteContent(token, bytes.AsSpan(RemainingAt));
        Hash(bytes.AsSpan(FingerprintAt)).CopyTo(bytes, ChecksumAt);
        return bytes;
    }

    private static ContinuationToken Read(byte[] token, byte[] fingerprint)
    {
        if (token[0] == EncryptedFormat)
            throw new InvalidContinuationTokenException("is encrypted, and there are no keys in UserStoreOptions.TokenKeys");
        if (token.Length <= PositionAt || !token.AsSpan(ChecksumAt, HashLength).SequenceEqual(Hash(token.AsSpan(FingerprintAt))))
            throw Damaged();
        if (token[0] != PlainFormat)
            throw new InvalidContinuationTokenException("has a format that this version does not support");
        if (!token.AsSpan(FingerprintAt, HashLength).SequenceEqual(fingerprint))
            throw new InvalidContinuationTokenException("was created for another query");
        return ReadContent(token.AsSpan(RemainingAt));
    }

    private byte[] Encrypt(ContinuationToken token, byte[] fingerprint)
    {
        byte[] content = new byte[sizeof(int) + Encoding.UTF8.GetByteCount(token.Position)];
        WriteContent(token, content);
        byte[] bytes = new byte[SecretAt + content.Length];
        bytes[0] = EncryptedFormat;
        _keys[0].Name.CopyTo(bytes, ChecksumAt);
        RandomNumberGenerator.Fill(bytes.AsSpan(NonceAt, NonceLength));
        using var cipher = new AesGcm(_keys[0].Key, TagLength);
        cipher.Encrypt(
            bytes.AsSpan(NonceAt, NonceLength), content, bytes.AsSpan(SecretAt), bytes.AsSpan(TagAt, TagLength), fingerprint);
        return bytes;
    }

    private ContinuationToken Decrypt(byte[] token, byte[] fingerprint)
    {
        if (token[0] != EncryptedFormat || token.Length <= SecretAt + sizeof(int))
            throw Damaged();
        byte[]? key = Array.Find(_keys, candidate => token.AsSpan(ChecksumAt, HashLength).SequenceEqual(candidate.Name)).Key;
        if (key is null)
            throw new InvalidContinuationTokenException("was created with a key that is not in UserStoreOptions.TokenKeys, or is altered");
        byte[] content = new byte[token.Length - SecretAt];
        try
        {
            using var cipher = new AesGcm(key, TagLength);
            cipher.Decrypt(
                token.AsSpan(NonceAt, NonceLength), token.AsSpan(SecretAt), token.AsSpan(TagAt, TagLength), content, fingerprint);
        }
        catch (AuthenticationTagMismatchException forged)
        {
            throw new InvalidContinuationTokenException("is truncated or altered, or was created for another query", forged);
        }

        return ReadContent(content);
    }

    private static void WriteContent(ContinuationToken token, Span<byte> target)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, token.Remaining ?? -1);
        Encoding.UTF8.GetBytes(token.Position, target[sizeof(int)..]);
    }

    private static ContinuationToken ReadContent(ReadOnlySpan<byte> content)
    {
        int remaining = BinaryPrimitives.ReadInt32BigEndian(content);
        return new ContinuationToken(Encoding.UTF8.GetString(content[sizeof(int)..]), remaining < 0 ? null : remaining);
    }

    private static InvalidContinuationTokenException Damaged() => new("is truncated or altered");

    private static byte[] Hash(ReadOnlySpan<byte> data) => SHA256.HashData(data)[..HashLength];
}
