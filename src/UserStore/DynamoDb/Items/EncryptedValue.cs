using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;

namespace UserStore.DynamoDb.Items;

/// <summary>The form in which an encrypted value is stored: a binary value of a mark and the format, the hashes of a unique value, a nonce, the
/// ciphertext and its tag.</summary>
/// <param name="bytes">The binary value.</param>
/// <param name="headerLength">The length of what precedes the nonce.</param>
internal readonly struct EncryptedValue(byte[] bytes, int headerLength)
{
    public const int NonceLength = 12;
    public const int TagLength = 16;

    private const int HashBytes = StoredScalar.HashLength / 2;
    private const byte WithoutHashes = 1;
    private const byte WithHashes = 2;

    // A binary value that another program stored does not begin so.
    private static readonly byte[] Mark = [0xEC, (byte)'U', (byte)'S', (byte)'v'];

    /// <summary>Gets what is authenticated, but not encrypted: the mark, the format and the hashes.</summary>
    public ReadOnlySpan<byte> Header => bytes.AsSpan(0, headerLength);

    public Span<byte> Nonce => bytes.AsSpan(headerLength, NonceLength);

    public Span<byte> Ciphertext => bytes.AsSpan(headerLength + NonceLength, bytes.Length - headerLength - NonceLength - TagLength);

    public Span<byte> Tag => bytes.AsSpan(bytes.Length - TagLength);

    /// <summary>Gets the hashes of a unique value; null if it has none.</summary>
    public StoredScalar? Hashes => headerLength == Mark.Length + 1
        ? null
        : new StoredScalar(ScalarKind.Hashes, Convert.ToHexStringLower(Header[(Mark.Length + 2)..]));

    /// <summary>Gets a value indicating whether there is a ciphertext: what is known of a user without reading it has the header only.</summary>
    public bool HasCiphertext => bytes.Length >= SizeOf(headerLength, 0);

    public AttributeValue ToAttribute() => new() { B = new MemoryStream(bytes) };

    /// <summary>Returns a value whose nonce, ciphertext and tag are still to be set.</summary>
    /// <param name="hashes">The hashes of a unique value; null for another value.</param>
    /// <param name="length">The length of what is encrypted.</param>
    public static EncryptedValue New(StoredScalar? hashes, int length)
    {
        byte[] header = HeaderOf(hashes);
        byte[] bytes = new byte[SizeOf(header.Length, length)];
        header.CopyTo(bytes, 0);
        return new EncryptedValue(bytes, header.Length);
    }

    /// <summary>Returns how an encrypted value with these hashes begins, whatever is encrypted.</summary>
    public static byte[] HeaderOf(StoredScalar? hashes) => hashes is { } scalar
        ? [.. Mark, WithHashes, (byte)(scalar.Text.Length / StoredScalar.HashLength), .. Convert.FromHexString(scalar.Text)]
        : [.. Mark, WithoutHashes];

    /// <summary>Reads an attribute.</summary>
    /// <returns>False if it is not encrypted.</returns>
    public static bool TryRead([NotNullWhen(true)] AttributeValue? attribute, out EncryptedValue value)
    {
        value = default;
        if (attribute?.B?.ToArray() is not { } bytes || bytes.Length <= Mark.Length || !bytes.AsSpan().StartsWith(Mark))
            return false;
        int header = bytes[Mark.Length] switch
        {
            WithoutHashes => Mark.Length + 1,
            WithHashes when bytes.Length > Mark.Length + 1 => Mark.Length + 2 + (bytes[Mark.Length + 1] * HashBytes),
            _ => 0,
        };
        if (header == 0 || bytes.Length < header)
            return false;
        value = new EncryptedValue(bytes, header);
        return true;
    }

    private static int SizeOf(int headerLength, int length) => headerLength + NonceLength + length + TagLength;
}
