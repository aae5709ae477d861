using System.Linq.Expressions;
using System.Runtime.ExceptionServices;

namespace UserStore.TestKit;

/// <summary>A store over a wire that loses responses. A refusal that follows a lost response is reported as unknown, because the lost attempt may
/// still arrive; here it is thrown as the refusal that the suites expect, which is the inner exception.</summary>
public sealed class LossyStore<TUser>(IUserStore<TUser> store) : IUserStore<TUser>
    where TUser : class
{
    public IUserStore<TUser> Store => store;

    public Task EnsureTablesAsync(CancellationToken cancellationToken = default) => store.EnsureTablesAsync(cancellationToken);

    public Task<TUser> CreateAsync(TUser user, CancellationToken cancellationToken = default)
        => LossyStore.RefusedAsync(() => store.CreateAsync(user, cancellationToken));

    public Task<TUser?> FindAsync(UserKey key, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default)
        => store.FindAsync(key, consistency, cancellationToken);

    public IAsyncEnumerable<UserLookup<TUser>> FindManyAsync(
        IAsyncEnumerable<UserKey> keys, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default)
        => store.FindManyAsync(keys, consistency, cancellationToken);

    public Task<TUser?> FindByAsync(
        Expression<Func<TUser, string?>> property,
        string value,
        ReadConsistency consistency = ReadConsistency.Eventual,
        UserKeyPart? within = null,
        CancellationToken cancellationToken = default)
        => store.FindByAsync(property, value, consistency, within, cancellationToken);

    public Task<TUser?> FindByAsync(
        Expression<Func<TUser, IEnumerable<string>?>> property,
        string value,
        UserKeyPart? within = null,
        CancellationToken cancellationToken = default)
        => store.FindByAsync(property, value, within, cancellationToken);

    public IAsyncEnumerable<TUser> FindAllByAsync(
        Expression<Func<TUser, string?>> property, string value, CancellationToken cancellationToken = default)
        => store.FindAllByAsync(property, value, cancellationToken);

    public IAsyncEnumerable<TUser> FindAllByAsync(
        Expression<Func<TUser, IEnumerable<string>?>> property, string value, CancellationToken cancellationToken = default)
        => store.FindAllByAsync(property, value, cancellationToken);

    public Task<TUser> UpdateAsync(TUser user, CancellationToken cancellationToken = default)
        => LossyStore.RefusedAsync(() => store.UpdateAsync(user, cancellationToken));

    public Task<TUser> UpdateAsync(UserKey key, UserPatch<TUser> patch, CancellationToken cancellationToken = default)
        => LossyStore.RefusedAsync(() => store.UpdateAsync(key, patch, cancellationToken));

    public Task<TUser?> DeleteAsync(UserKey key, long? expectedVersion = null, CancellationToken cancellationToken = default)
        => LossyStore.RefusedAsync(() => store.DeleteAsync(key, expectedVersion, cancellationToken));

    public Task DeleteUnchangedAsync(TUser user, CancellationToken cancellationToken = default) => LossyStore.RefusedAsync(async () =>
    {
        await store.DeleteUnchangedAsync(user, cancellationToken);
        return true;
    });

    public IAsyncEnumerable<TUser> QueryAsync(UserQuery<TUser> query, CancellationToken cancellationToken = default)
        => store.QueryAsync(query, cancellationToken);

    public Task<UserPage<TUser>> QueryPageAsync(
        UserQuery<TUser> query, string? continuationToken = null, CancellationToken cancellationToken = default)
        => store.QueryPageAsync(query, continuationToken, cancellationToken);

    public IAsyncEnumerable<UserSegmentPage<TUser>> ListSegmentsAsync(UserListOptions options, CancellationToken cancellationToken = default)
        => store.ListSegmentsAsync(options, cancellationToken);

    public Task<UserPage<TUser>> ListPageAsync(
        UserListOptions? options = null, string? continuationToken = null, CancellationToken cancellationToken = default)
        => store.ListPageAsync(options, continuationToken, cancellationToken);
}

/// <summary>The batch writer of a <see cref="LossyStore{TUser}"/>.</summary>
public sealed class LossyBatchWriter<TUser>(IUserBatchWriter<TUser> writer) : IUserBatchWriter<TUser>
    where TUser : class
{
    public async Task<BatchWriteResult<TUser>> CreateAsync(
        IEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default)
        => Refused(await writer.CreateAsync(users, Refused(options), cancellationToken));

    public async Task<BatchWriteResult<TUser>> CreateAsync(
        IAsyncEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default)
        => Refused(await writer.CreateAsync(users, Refused(options), cancellationToken));

    public Task<BatchWriteResult<TUser>> ReplaceAsync(
        IEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default)
        => writer.ReplaceAsync(users, options, cancellationToken);

    public Task<BatchWriteResult<TUser>> ReplaceAsync(
        IAsyncEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default)
        => writer.ReplaceAsync(users, options, cancellationToken);

    public Task<BatchWriteResult<UserKey>> DeleteAsync(
        IEnumerable<UserKey> keys, BatchWriteOptions<UserKey>? options = null, CancellationToken cancellationToken = default)
        => writer.DeleteAsync(keys, options, cancellationToken);

    public Task<BatchWriteResult<UserKey>> DeleteAsync(
        IAsyncEnumerable<UserKey> keys, BatchWriteOptions<UserKey>? options = null, CancellationToken cancellationToken = default)
        => writer.DeleteAsync(keys, options, cancellationToken);

    private static BatchItemFailure<TUser> Refused(BatchItemFailure<TUser> failure)
        => failure.Reason == BatchItemFailureReason.Unknown && LossyStore.RefusalIn(failure.Error) is { } refusal
            ? failure with { Reason = BatchItemFailureReason.Rejected, Error = refusal }
            : failure;

    private static BatchWriteOptions<TUser>? Refused(BatchWriteOptions<TUser>? options)
        => options?.OnItemFailed is { } callback
            ? new BatchWriteOptions<TUser>
            {
                MaxConcurrency = options.MaxConcurrency,
                Timeout = options.Timeout,
                Duplicates = options.Duplicates,
                Retry = options.Retry,
                StopOnFirstFailure = options.StopOnFirstFailure,
                Progress = options.Progress,
                OnItemFailed = failure => callback(Refused(failure)),
            }
            : options;

    private static BatchWriteResult<TUser> Refused(BatchWriteResult<TUser> result)
    {
        BatchItemFailure<TUser>[] failures = [.. result.Failures.Select(Refused)];
        int refused = failures.Zip(result.Failures).Count(pair => pair.First.Reason != pair.Second.Reason);
        return result with { Failures = failures, Rejected = result.Rejected + refused, Unknown = result.Unknown - refused };
    }
}

internal static class LossyStore
{
    public static UserStoreException? RefusalIn(Exception? failure) => failure is UserWriteOutcomeUnknownException
    {
        InnerException: UserStoreException { IsTransient: false } refusal and not UserStoreSchemaException
    } ? refusal : null;

    public static async Task<T> RefusedAsync<T>(Func<Task<T>> write)
    {
        try
        {
            return await write();
        }
        catch (UserWriteOutcomeUnknownException unknown) when (RefusalIn(unknown) is { } refusal)
        {
            ExceptionDispatchInfo.Throw(refusal);
            throw;
        }
    }
}
