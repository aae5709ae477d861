using System.Security.Cryptography;

namespace UserStore.DynamoDb.Encryption;

/// <summary>Wraps and unwraps data keys by what the service provides, which may fail or not respond.</summary>
internal sealed class KeyWrapping(UserStoreOptions options, TimeProvider time)
{
    private const int MaxWrappedLength = 4096;

    private readonly IDataKeyWrapper _wrapper = options.Privacy.DataKeyWrapper!;

    /// <exception cref="UserStoreUnavailableException">The wrapper failed.</exception>
    public async Task<DataKey> CreateAsync(CancellationToken cancellationToken)
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(DataKey.Length);
        byte[] wrapped = await RunAsync(token => _wrapper.WrapAsync(bytes, token), cancellationToken).ConfigureAwait(false);
        return wrapped is { Length: > 0 and <= MaxWrappedLength } ? new DataKey(bytes, wrapped) : throw new UserStoreUnavailableException(
            $"{_wrapper.GetType().Name}.WrapAsync returned {wrapped?.Length ?? 0} bytes, but must return 1 to {MaxWrappedLength}.", isTransient: false);
    }

    /// <returns>The key, which is not usable if the wrapper does not accept it.</returns>
    /// <exception cref="UserStoreUnavailableException">The wrapper failed.</exception>
    public async Task<DataKey> UnwrapAsync(byte[] wrapped, CancellationToken cancellationToken)
    {
        byte[] bytes = await RunAsync(UnwrapAsync, cancellationToken).ConfigureAwait(false);
        return bytes is { Length: DataKey.Length } ? new DataKey(bytes, wrapped) : DataKey.Unusable;

        async Task<byte[]> UnwrapAsync(CancellationToken token)
        {
            try
            {
                return await _wrapper.UnwrapAsync(wrapped, token).ConfigureAwait(false);
            }
            catch (CryptographicException)
            {
                return []; // it does not accept the key
            }
        }
    }

    private async Task<byte[]> RunAsync(Func<CancellationToken, Task<byte[]>> run, CancellationToken cancellationToken)
    {
        TimeSpan limit = options.Retry.AttemptTimeout;
        using var timeout = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await run(both.Token).WaitAsync(both.Token).ConfigureAwait(false); // also if it ignores the token
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            string problem = timeout.IsCancellationRequested ? $"did not respond within {limit}" : $"failed ({failure.GetType().Name})";
            throw new UserStoreUnavailableException(
                $"{_wrapper.GetType().Name}, which wraps the data keys of users, {problem}. Retry later.", failure);
        }
    }
}
