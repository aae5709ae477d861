using System.Diagnostics.CodeAnalysis;

namespace UserStore;

/// <summary>Writes any number of users with concurrent requests and reports the outcome of each item.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <remarks>
/// <para>
/// The sequence is read while the items are written, in bounded memory. A call does not throw when single items fail, when the sequence
/// throws, or when the call is canceled: the result reports these cases, and everything that was written before. Invalid arguments throw.
/// </para>
/// <para>
/// Throttled requests and unprocessed items are retried with backoff, and the number of concurrent requests is reduced until throttling
/// ends. To complete a batch that ended early, write the items that <see cref="BatchWriteOptions{TItem}.OnItemFailed"/> received, and those
/// that were not yet read from the sequence.
/// </para>
/// </remarks>
public interface IUserBatchWriter<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : class
{
    /// <summary>Creates users, each with the guarantees of <see cref="IUserStore{TUser}.CreateAsync"/>: an existing user is never
    /// overwritten, and emails stay unique.</summary>
    /// <param name="users">The users.</param>
    /// <param name="options">The options of the batch; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">A token to end the batch early. The call still returns a result, which reports items in progress as
    /// unknown.</param>
    /// <returns>The outcome of the batch.</returns>
    /// <remarks>
    /// With unique values, costs one transaction for up to 50 users. Users that cause a transaction to fail are retried individually, so that
    /// they do not affect other users. Without unique values, costs one conditional put for each user.
    /// </remarks>
    Task<BatchWriteResult<TUser>> CreateAsync(
        IEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default);

    /// <summary>Creates users, each with the guarantees of <see cref="IUserStore{TUser}.CreateAsync"/>: an existing user is never
    /// overwritten, and emails stay unique.</summary>
    /// <inheritdoc cref="CreateAsync(IEnumerable{TUser}, BatchWriteOptions{TUser}?, CancellationToken)"/>
    Task<BatchWriteResult<TUser>> CreateAsync(
        IAsyncEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default);

    /// <summary>Writes users in place of whatever is stored: the last writer wins, and attributes that <typeparamref name="TUser"/> does not
    /// declare are lost.</summary>
    /// <param name="users">The users, with their IDs. The stored version is the given version plus 1.</param>
    /// <param name="options">The options of the batch; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">A token to end the batch early. The call still returns a result, which reports items in progress as
    /// unknown.</param>
    /// <returns>The outcome of the batch.</returns>
    /// <exception cref="InvalidOperationException">The store keeps emails or other values unique, which is impossible when users are replaced
    /// unread.</exception>
    /// <remarks>Costs one conditional <c>PutItem</c> for each user. Its only condition is that no newer write was applied in the
    /// meantime, so that a replace that was applied is not applied again, over what another writer stored since.</remarks>
    Task<BatchWriteResult<TUser>> ReplaceAsync(
        IEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default);

    /// <summary>Writes users in place of whatever is stored: the last writer wins, and attributes that <typeparamref name="TUser"/> does not
    /// declare are lost.</summary>
    /// <inheritdoc cref="ReplaceAsync(IEnumerable{TUser}, BatchWriteOptions{TUser}?, CancellationToken)"/>
    Task<BatchWriteResult<TUser>> ReplaceAsync(
        IAsyncEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes users, each as with <see cref="IUserStore{TUser}.DeleteAsync(UserKey, long?, CancellationToken)"/>, and releases
    /// their emails.</summary>
    /// <param name="keys">The keys of the users.</param>
    /// <param name="options">The options of the batch; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">A token to end the batch early. The call still returns a result, which reports items in progress as
    /// unknown.</param>
    /// <returns>The outcome of the batch.</returns>
    /// <remarks>Costs one consistent read for each key, and one conditional delete for each user. For a user with a reserved email, the
    /// delete is a transaction.</remarks>
    Task<BatchWriteResult<UserKey>> DeleteAsync(
        IEnumerable<UserKey> keys, BatchWriteOptions<UserKey>? options = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes users, each as with <see cref="IUserStore{TUser}.DeleteAsync(UserKey, long?, CancellationToken)"/>, and releases
    /// their emails.</summary>
    /// <inheritdoc cref="DeleteAsync(IEnumerable{UserKey}, BatchWriteOptions{UserKey}?, CancellationToken)"/>
    Task<BatchWriteResult<UserKey>> DeleteAsync(
        IAsyncEnumerable<UserKey> keys, BatchWriteOptions<UserKey>? options = null, CancellationToken cancellationToken = default);
}
