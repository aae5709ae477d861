using System.Diagnostics.CodeAnalysis;

namespace UserStore;

/// <summary>Short forms of the operations of <see cref="IUserBatchWriter{TUser}"/>.</summary>
public static class UserBatchWriterExtensions
{
    /// <summary>Deletes users whose keys are one string each.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <param name="writer">The batch writer.</param>
    /// <param name="keys">The keys, such as the ids of the users.</param>
    /// <param name="options">The options of the batch; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">A token to end the batch early. The call still returns a result, which reports items in progress as
    /// unknown.</param>
    /// <returns>The outcome of the batch.</returns>
    /// <remarks>Calls <see cref="IUserBatchWriter{TUser}.DeleteAsync(IEnumerable{UserKey}, BatchWriteOptions{UserKey}?, CancellationToken)"/>,
    /// which describes the cost.</remarks>
    public static Task<BatchWriteResult<UserKey>> DeleteAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        this IUserBatchWriter<TUser> writer,
        IEnumerable<string> keys,
        BatchWriteOptions<UserKey>? options = null,
        CancellationToken cancellationToken = default)
        where TUser : class
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(keys);
        return writer.DeleteAsync(keys.Select(static key => (UserKey)key), options, cancellationToken);
    }
}
