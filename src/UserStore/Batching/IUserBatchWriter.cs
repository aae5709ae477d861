using System.Diagnostics.CodeAnalysis;

namespace UserStore;

/// <summary>Writes any number of users, several requests at a time, and tells the fate of each.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <remarks>
/// <para>
/// The sequence is read while it is written, in bounded memory. A call does not throw for what happens to single items, for a sequence that
/// fails, or for cancellation: the result tells it, with what was done until then. Wrong arguments throw.
/// </para>
/// <para>
/// What is throttled or left unprocessed by DynamoDB is sent again, with back-off, and fewer requests are sent at a time until it passes.
/// To finish a batch, write again what <see cref="BatchWriteOptions{TItem}.OnItemFailed"/> received, and what the sequence still holds.
/// </para>
/// </remarks>
public interface IUserBatchWriter<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : User
{
    /// <summary>Stores new users, as <see cref="IUserStore{TUser}.CreateAsync"/> stores one: never over another, emails kept unique.</summary>
    /// <param name="users">The users.</param>
    /// <param name="options">How to write them; the defaults if null.</param>
    /// <param name="cancellationToken">Ends the batch early, with a result. What was being sent is then reported as unknown.</param>
    /// <returns>What became of the users.</returns>
    /// <remarks>
    /// With unique emails costs one transaction for up to 50 users; those that are refused in it are tried again alone, and fail nobody else.
    /// Without, one conditional put for each user.
    /// </remarks>
    Task<BatchWriteResult<TUser>> CreateAsync(
        IEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default);

    /// <summary>Stores new users, as <see cref="IUserStore{TUser}.CreateAsync"/> stores one: never over another, emails kept unique.</summary>
    /// <inheritdoc cref="CreateAsync(IEnumerable{TUser}, BatchWriteOptions{TUser}?, CancellationToken)"/>
    Task<BatchWriteResult<TUser>> CreateAsync(
        IAsyncEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default);

    /// <summary>Stores users whatever is there: the last writer wins, and attributes that <typeparamref name="TUser"/> does not know are
    /// lost.</summary>
    /// <param name="users">The users, with their ids. The version stored is the one given and 1.</param>
    /// <param name="options">How to write them; the defaults if null.</param>
    /// <param name="cancellationToken">Ends the batch early, with a result. What was being sent is then reported as unknown.</param>
    /// <returns>What became of the users.</returns>
    /// <exception cref="InvalidOperationException">The store keeps emails unique, which unconditional writes cannot.</exception>
    /// <remarks>Costs one <c>BatchWriteItem</c> for 25 users.</remarks>
    Task<BatchWriteResult<TUser>> ReplaceAsync(
        IEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default);

    /// <summary>Stores users whatever is there: the last writer wins, and attributes that <typeparamref name="TUser"/> does not know are
    /// lost.</summary>
    /// <inheritdoc cref="ReplaceAsync(IEnumerable{TUser}, BatchWriteOptions{TUser}?, CancellationToken)"/>
    Task<BatchWriteResult<TUser>> ReplaceAsync(
        IAsyncEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes users, as <see cref="IUserStore{TUser}.DeleteAsync(string, long?, CancellationToken)"/> deletes one, and frees their
    /// emails.</summary>
    /// <param name="userIds">The ids.</param>
    /// <param name="options">How to delete them; the defaults if null.</param>
    /// <param name="cancellationToken">Ends the batch early, with a result. What was being sent is then reported as unknown.</param>
    /// <returns>What became of the users.</returns>
    /// <remarks>Costs one consistent read for each id, and one conditional delete for each user, which with a reserved email is a
    /// transaction.</remarks>
    Task<BatchWriteResult<string>> DeleteAsync(
        IEnumerable<string> userIds, BatchWriteOptions<string>? options = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes users, as <see cref="IUserStore{TUser}.DeleteAsync(string, long?, CancellationToken)"/> deletes one, and frees their
    /// emails.</summary>
    /// <inheritdoc cref="DeleteAsync(IEnumerable{string}, BatchWriteOptions{string}?, CancellationToken)"/>
    Task<BatchWriteResult<string>> DeleteAsync(
        IAsyncEnumerable<string> userIds, BatchWriteOptions<string>? options = null, CancellationToken cancellationToken = default);
}
