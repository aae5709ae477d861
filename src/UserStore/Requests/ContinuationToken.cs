using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace UserStore.Requests;

/// <summary>
/// The place where a sequence of pages goes on: opaque, safe in a URL, and bound by a fingerprint to the query that made it.
/// </summary>
/// <remarks>The checksum finds accidents, not forgery: the token holds no secret.</remarks>
/// <param name="Position">The last key read, in the form of the store that made the token.</param>
/// <param name="Remaining">How many users the query's limit still allows.</param>
internal sealed record ContinuationToken(string Position, int? Remaining)
{
    // Layout: format, checksum of the rest, fingerprint of the query, remaining (-1 for no limit), position.
    private const byte FormatVersion = 1;
    private const int ChecksumAt = 1;
    private const int FingerprintAt = ChecksumAt + HashLength;
    private const int RemainingAt = FingerprintAt + HashLength;
    private const int PositionAt = RemainingAt + sizeof(int);
    private const int HashLength = 8;

    public static byte[] FingerprintOf(string description) => Hash(Encoding.UTF8.GetBytes(description));

    public string Encode(byte[] fingerprint)
    {
        byte[] token = new byte[PositionAt + Encoding.UTF8.GetByteCount(Position)];
        token[0] = FormatVersion;
        fingerprint.CopyTo(token, FingerprintAt);
        BinaryPrimitives.WriteInt32BigEndian(token.AsSpan(RemainingAt), Remaining ?? -1);
        Encoding.UTF8.GetBytes(Position, token.AsSpan(PositionAt));
        Hash(token.AsSpan(FingerprintAt)).CopyTo(token, ChecksumAt);
        return Base64Url.EncodeToString(token);
    }

    /// <exception cref="InvalidContinuationTokenException">The token is damaged, or was made for another query.</exception>
    public static ContinuationToken Decode(string text, byte[] fingerprint)
    {
        if (!Base64Url.IsValid(text))
            throw new InvalidContinuationTokenException("is cut or altered");
        byte[] token = Base64Url.DecodeFromChars(text);
        // The last character has spare bits, so that two texts may mean the same bytes.
        bool isCanonical = Base64Url.EncodeToString(token) == text;
        if (!isCanonical || token.Length <= PositionAt || !HasChecksum(token))
            throw new InvalidContinuationTokenException("is cut or altered");
        if (token[0] != FormatVersion)
            throw new InvalidContinuationTokenException("has a format that this version does not know");
        if (!token.AsSpan(FingerprintAt, HashLength).SequenceEqual(fingerprint))
            throw new InvalidContinuationTokenException("was made for another query");

        int remaining = BinaryPrimitives.ReadInt32BigEndian(token.AsSpan(RemainingAt));
        return new ContinuationToken(Encoding.UTF8.GetString(token.AsSpan(PositionAt)), remaining < 0 ? null : remaining);
    }

    private static bool HasChecksum(byte[] token)
        => token.AsSpan(ChecksumAt, HashLength).SequenceEqual(Hash(token.AsSpan(FingerprintAt)));

    private static byte[] Hash(ReadOnlySpan<byte> data) => SHA256.HashData(data)[..HashLength];
}
