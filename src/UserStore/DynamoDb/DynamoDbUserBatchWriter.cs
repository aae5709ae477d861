using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using UserStore.Batching;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Writing;
using UserStore.Preparation;

namespace UserStore.DynamoDb;

/// <summary>Writes any number of users to a DynamoDB table.</summary>
/// <typeparam name="TUser">The user type: <see cref="User"/>, a record derived from it, or any class or record with a key.</typeparam>
public sealed class DynamoDbUserBatchWriter<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IUserBatchWriter<TUser>
    where TUser : class
{
    private readonly UserTable<TUser> _table;
    private readonly TimeProvider _time;
    private readonly BatchOperation<TUser> _creates;
    private readonly BatchOperation<TUser>? _replaces;
    private readonly BatchOperation<UserKey> _deletes;

    /// <summary>Initializes a new instance of the <see cref="DynamoDbUserBatchWriter{TUser}"/> class without dependency injection.</summary>
    /// <param name="client">The client. The caller disposes of it.</param>
    /// <param name="options">The options of the store. Do not change them afterwards.</param>
    /// <param name="timeProvider">The clock; the system clock if null.</param>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not define a valid table.</exception>
    public DynamoDbUserBatchWriter(IAmazonDynamoDB client, UserStoreOptions options, TimeProvider? timeProvider = null)
        : this(StoreConnection.WithoutLogging(client, options, timeProvider))
    {
    }

    internal DynamoDbUserBatchWriter(StoreConnection connection)
    {
        _table = new UserTable<TUser>(connection);
        _time = connection.Time;
        var writes = new UserWrites<TUser>(_table);
        _creates = writes.Transaction is not null
            ? new TransactedCreates<TUser>(_table, writes)
            : new SingleWrites<TUser, PreparedUser<TUser>>(
                _table.FindKey, user => Checked(_table.Input.PrepareCreate(user)), async (user, item, request, token) =>
                {
                    await writes.Creation.CreateAsync(Begin(item, request, token), user).ConfigureAwait(false);
                    return true;
                });
        if (writes.Reservations is null)
        {
            _replaces = new SingleWrites<TUser, PreparedUser<TUser>>(
                _table.FindKey, user => Checked(_table.Input.PrepareOverwrite(user)), async (user, item, request, token) =>
                {
                    await writes.Creation.OverwriteAsync(Begin(item, request, token), user).ConfigureAwait(false);
                    return true;
                });
        }

        _deletes = new SingleWrites<UserKey, UserKey>(_table.Model.Key.FindValid, PrepareDelete, async (key, item, request, token) =>
            await writes.Deletion.DeleteAsync(Begin(item, request, token), key, expectedVersion: null).ConfigureAwait(false) is not null);
    }

    /// <inheritdoc/>
    public Task<BatchWriteResult<TUser>> CreateAsync(
        IEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default)
        => CreateAsync(AsyncOf(users), options, cancellationToken);

    /// <inheritdoc/>
    public Task<BatchWriteResult<TUser>> CreateAsync(
        IAsyncEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default)
        => RunAsync(_creates, users, options, cancellationToken);

    /// <inheritdoc/>
    public Task<BatchWriteResult<TUser>> ReplaceAsync(
        IEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default)
        => ReplaceAsync(AsyncOf(users), options, cancellationToken);

    /// <inheritdoc/>
    public Task<BatchWriteResult<TUser>> ReplaceAsync(
        IAsyncEnumerable<TUser> users, BatchWriteOptions<TUser>? options = null, CancellationToken cancellationToken = default)
        => RunAsync(_replaces ?? throw BatchOperation<TUser>.ReplaceWithUniqueValues(), users, options, cancellationToken);

    /// <inheritdoc/>
    public Task<BatchWriteResult<UserKey>> DeleteAsync(
        IEnumerable<UserKey> keys, BatchWriteOptions<UserKey>? options = null, CancellationToken cancellationToken = default)
        => DeleteAsync(AsyncOf(keys), options, cancellationToken);

    /// <inheritdoc/>
    public Task<BatchWriteResult<UserKey>> DeleteAsync(
        IAsyncEnumerable<UserKey> keys, BatchWriteOptions<UserKey>? options = null, CancellationToken cancellationToken = default)
        => RunAsync(_deletes, keys, options, cancellationToken);

    private static IAsyncEnumerable<T> AsyncOf<T>(IEnumerable<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return items.ToAsyncEnumerable();
    }

    private (UserKey Prepared, UserKey Key) PrepareDelete(UserKey key)
    {
        _table.Model.Key.Check(key);
        return (key, key);
    }

    private (PreparedUser<TUser> Prepared, UserKey Key) Checked(PreparedUser<TUser> prepared)
    {
        _table.Requests.Check(prepared.User);
        return (prepared, prepared.Key);
    }

    private StoreCall Begin<T>(BatchItem<T> item, BatchRequest<T> request, CancellationToken cancellationToken)
        => _table.Sender.Begin(cancellationToken, item.Key, request.Retry, request);

    private Task<BatchWriteResult<T>> RunAsync<T>(
        BatchOperation<T> operation, IAsyncEnumerable<T> items, BatchWriteOptions<T>? options, CancellationToken cancellationToken)
        => BatchRun<T>.RunAsync(operation, items, options, _time, cancellationToken);
}
