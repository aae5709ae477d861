using System.Diagnostics.CodeAnalysis;
using UserStore.Batching;
using UserStore.Preparation;

namespace UserStore.Testing;

/// <summary>Writes any number of users to an in-memory store. Each item is one call of the store and can receive its faults.</summary>
/// <typeparam name="TUser">The user type: <see cref="User"/>, a record derived from it, or any class or record with a key.</typeparam>
/// <remarks>The batch writer does not retry and reports no consumed capacity.</remarks>
public sealed class InMemoryUserBatchWriter<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IUserBatchWriter<TUser>
    where TUser : class
{
    private readonly InMemoryUserStore<TUser> _store;
    private readonly BatchOperation<TUser> _creates;
    private readonly BatchOperation<TUser> _replaces;
    private readonly BatchOperation<UserKey> _deletes;

    /// <summary>Initializes a new instance of the <see cref="InMemoryUserBatchWriter{TUser}"/> class.</summary>
    /// <param name="store">The store to write to.</param>
    public InMemoryUserBatchWriter(InMemoryUserStore<TUser> store)
    {
        ArgumentNullException.ThrowIfNull(store);

        _store = store;
        _creates = new SingleWrites<TUser, PreparedUser<TUser>>(
            store.Input.Model.Key.FindValid, user => Prepared(store.Input.PrepareCreate(user)), async (user, _, _, token) =>
        {
            await store.CreateAsync(user.User, token).ConfigureAwait(false);
            return true;
        });
        _replaces = new SingleWrites<TUser, PreparedUser<TUser>>(
            store.Input.Model.Key.FindValid, user => Prepared(store.Input.PrepareOverwrite(user)), async (user, _, _, token) =>
        {
            await store.OverwriteAsync(user, token).ConfigureAwait(false);
            return true;
        });
        _deletes = new SingleWrites<UserKey, UserKey>(
            store.Input.Model.Key.FindValid,
            key =>
            {
                store.Input.Model.Key.Check(key);
                return (key, key);
            },
            async (key, _, _, token) => await store.DeleteAsync(key, null, token).ConfigureAwait(false) is not null);
    }

    /// <inheritdoc/>
    public Task<BatchWriteResult<TUser>> CreateAsync(
        IEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default)
        => RunAsync(_creates, users?.ToAsyncEnumerable(), options, cancellationToken);

    /// <inheritdoc/>
    public Task<BatchWriteResult<TUser>> CreateAsync(
        IAsyncEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default)
        => RunAsync(_creates, users, options, cancellationToken);

    /// <inheritdoc/>
    public Task<BatchWriteResult<TUser>> ReplaceAsync(
        IEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default)
        => RunAsync(Replaces(), users?.ToAsyncEnumerable(), options, cancellationToken);

    /// <inheritdoc/>
    public Task<BatchWriteResult<TUser>> ReplaceAsync(
        IAsyncEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default)
        => RunAsync(Replaces(), users, options, cancellationToken);

    /// <inheritdoc/>
    public Task<BatchWriteResult<UserKey>> DeleteAsync(
        IEnumerable<UserKey> keys, BatchWriteOptions<UserKey>? options = null, CancellationToken cancellationToken = default)
        => RunAsync(_deletes, keys?.ToAsyncEnumerable(), options, cancellationToken);

    /// <inheritdoc/>
    public Task<BatchWriteResult<UserKey>> DeleteAsync(
        IAsyncEnumerable<UserKey> keys, BatchWriteOptions<UserKey>? options = null, CancellationToken cancellationToken = default)
        => RunAsync(_deletes, keys, options, cancellationToken);

    private (PreparedUser<TUser> Prepared, UserKey Key) Prepared(PreparedUser<TUser> user)
    {
        _store.Items.Check(user.User);
        return (user, user.Key);
    }

    private BatchOperation<TUser> Replaces()
        => _store.HasUniqueValues ? throw BatchOperation<TUser>.ReplaceWithUniqueValues() : _replaces;

    private Task<BatchWriteResult<T>> RunAsync<T>(
        BatchOperation<T> operation, IAsyncEnumerable<T>? items, BatchWriteOptions<T>? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        return BatchRun<T>.RunAsync(operation, items, options, _store.Time, cancellationToken);
    }
}
