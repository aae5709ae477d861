using System.Security.Cryptography;

namespace UserStore;

/// <summary>Wraps data keys under keys that the service keeps itself (AES-256-GCM): for tests and development, and where the keys come from a
/// vault.</summary>
/// <remarks>Safe for concurrent use. Whoever has one of the keys and the table of data keys can decrypt the values of users; a key management service does
/// not reveal its keys, and logs each use.</remarks>
public sealed class LocalDataKeyWrapper : IDataKeyWrapper
{
    private const int KeyLength = 32; // AES-256
    private const byte Format = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private static readonly byte[] Purpose = "UserStore data key"u8.ToArray();

    private readonly byte[][] _keys;

    /// <summary>Initializes a new instance of the <see cref="LocalDataKeyWrapper"/> class.</summary>
    /// <param name="keys">The keys, each of 32 random bytes: the first wraps, all of them unwrap. To rotate keys, insert the new key first, and keep the
    /// old ones as long as data keys are stored that they wrapped.</param>
    /// <exception cref="ArgumentException">There is no key, or one has another length.</exception>
    public LocalDataKeyWrapper(params IReadOnlyList<byte[]> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count == 0 || keys.Any(key => key is not { Length: KeyLength }))
            throw new ArgumentException($"At least one key is required, and each must have {KeyLength} bytes.", nameof(keys));
        _keys = [.. keys.Select(key => (byte[])key.Clone())];
    }

    /// <inheritdoc/>
    public Task<byte[]> WrapAsync(ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        byte[] wrapped = new byte[1 + NonceLength + dataKey.Length + TagLength];
        wrapped[0] = Format;
        Span<byte> nonce = wrapped.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_keys[0], TagLength);
        cipher.Encrypt(nonce, dataKey.Span, wrapped.AsSpan(1 + NonceLength, dataKey.Length), wrapped.AsSpan(wrapped.Length - TagLength), Purpose);
        return Task.FromResult(wrapped);
    }

    /// <inheritdoc/>
    /// <exception cref="CryptographicException">The data key was not wrapped under one of the keys, or was changed.</exception>
    public Task<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrappedKey, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ReadOnlySpan<byte> wrapped = wrappedKey.Span;
        if (wrapped.Length <= 1 + NonceLength + TagLength || wrapped[0] != Format)
            throw new CryptographicException("The data key was not wrapped by LocalDataKeyWrapper.");
        byte[] dataKey = new byte[wrapped.Length - 1 - NonceLength - TagLength];
        foreach (byte[] key in _keys)
        {
            using var cipher = new AesGcm(key, TagLength);
            try
            {
                cipher.Decrypt(wrapped.Slice(1, NonceLength), wrapped.Slice(1 + NonceLength, dataKey.Length), wrapped[^TagLength..], dataKey, Purpose);
                return Task.FromResult(dataKey);
            }
            catch (AuthenticationTagMismatchException)
            {
                // wrapped under another key
            }
        }

        throw new CryptographicException("The data key was wrapped under a key that is not one of the configured keys, or was changed.");
    }
}
