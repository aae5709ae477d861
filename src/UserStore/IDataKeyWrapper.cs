namespace UserStore;

/// <summary>Encrypts (wraps) the data keys of users, so that they are stored in a form that only the service can read: for example by a key of AWS KMS.
/// Required by types with <see cref="EncryptedAttribute"/>.</summary>
/// <remarks>
/// <para>
/// Implemented by the service and registered as a singleton, or set with <see cref="UserPrivacyOptions.UseDataKeyWrapper"/>. An implementation must be
/// safe for concurrent use. It should retry by itself what can be retried: if it throws, or takes longer than
/// <see cref="UserStoreRetryOptions.AttemptTimeout"/>, the call of the store fails with a transient <see cref="UserStoreUnavailableException"/>, whose
/// inner exception is the one of the wrapper. Its message must contain neither keys nor values of users.
/// </para>
/// <para>
/// To rotate the key that wraps, wrap under the new key, and unwrap under all keys that were used before. See <see cref="LocalDataKeyWrapper"/> for keys
/// that the service keeps itself.
/// </para>
/// </remarks>
public interface IDataKeyWrapper
{
    /// <summary>Encrypts a new data key.</summary>
    /// <param name="dataKey">The data key, 32 bytes. It must not be kept.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The encrypted key, at most 4,096 bytes.</returns>
    Task<byte[]> WrapAsync(ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken = default);

    /// <summary>Decrypts a data key.</summary>
    /// <param name="wrappedKey">What <see cref="WrapAsync"/> returned.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The data key, 32 bytes.</returns>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The key was changed, or cannot be unwrapped by any key of the service: the
    /// values of the user are reported as unreadable.</exception>
    Task<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrappedKey, CancellationToken cancellationToken = default);
}
