using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using UserStore.DynamoDb.Provisioning;
using UserStore.DynamoDb.Reading;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Writing;
using UserStore.Modeling;
using UserStore.Paging;
using UserStore.Preparation;

namespace UserStore.DynamoDb;

/// <summary>Stores users in a DynamoDB table, mapped by the SDK's <see cref="DynamoDBContext"/> or by generated code.</summary>
/// <typeparam name="TUser">The user type: <see cref="User"/>, a record derived from it, or any class or record with a key.</typeparam>
/// <remarks>
/// <para>
/// The context maps users to items and back, unless <see cref="UserStoreOptions.Mapping"/> selects a generated mapping. The requests are sent by the
/// client: the context cannot express the conditions of writes, return their items, give a transaction a token, or read the rest of a page when one
/// of its items cannot be read.
/// </para>
/// <para>
/// A client that is passed in keeps its own retries; the store then retries only conflicts with transactions, unprocessed parts of batches, and
/// writes that other writers overtook. <see cref="UserStoreOptions.Retry"/> applies as a whole to a client that does not retry by itself: one
/// that <c>AddUserStore</c> creates, or one whose <c>MaxErrorRetry</c> and <c>MaxStaleConnectionRetries</c> are both 0.
/// </para>
/// </remarks>
public class DynamoDbUserStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IUserStore<TUser>
    where TUser : class
{
    private readonly UserTable<TUser> _table;
    private readonly UserWrites<TUser> _writes;
    private readonly UserBatchFinder<TUser> _batchFinder;
    private readonly StoreConnection _connection;

    /// <summary>Initializes a new instance of the <see cref="DynamoDbUserStore{TUser}"/> class without dependency injection.</summary>
    /// <param name="client">The client. The caller disposes of it.</param>
    /// <param name="options">The options of the store. Do not change them afterwards.</param>
    /// <param name="timeProvider">The clock; the system clock if null.</param>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not define a valid table.</exception>
    public DynamoDbUserStore(IAmazonDynamoDB client, UserStoreOptions options, TimeProvider? timeProvider = null)
        : this(StoreConnection.WithoutLogging(client, options, timeProvider))
    {
    }

    internal DynamoDbUserStore(StoreConnection connection)
    {
        _table = new UserTable<TUser>(connection);
        _table.LogMapping();
        _writes = new UserWrites<TUser>(_table);
        _batchFinder = new UserBatchFinder<TUser>(_table);
        _connection = connection;
    }

    /// <inheritdoc/>
    public Task EnsureTablesAsync(CancellationToken cancellationToken = default)
        => TableCreator.EnsureAsync(_connection, _table.Schema, _table.Sender, cancellationToken);

    /// <inheritdoc/>
    public async Task<TUser> CreateAsync(TUser user, CancellationToken cancellationToken = default)
    {
        PreparedUser<TUser> created = _table.Input.PrepareCreate(user);
        return await _writes.Creation.CreateAsync(_table.Sender.Begin(cancellationToken, created.Key), created).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TUser?> FindAsync(
        UserKey key, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default)
    {
        _table.Model.Key.Check(key);
        UserInput<TUser>.CheckConsistency(consistency);
        return await _table.FindAsync(_table.Sender.Begin(cancellationToken), key, consistency).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<UserLookup<TUser>> FindManyAsync(
        IAsyncEnumerable<UserKey> keys,
        ReadConsistency consistency = ReadConsistency.Eventual,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        UserInput<TUser>.CheckConsistency(consistency);
        return _batchFinder.FindAsync(keys, consistency, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<TUser?> FindByAsync(
        Expression<Func<TUser, string?>> property,
        string value,
        ReadConsistency consistency = ReadConsistency.Eventual,
        UserKeyPart? within = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(property);
        UniqueValues values = _table.Input.UniqueValues;
        UniqueValue unique = values.Resolve(property);
        ReservedValue wanted = values.PrepareLookup(unique, value, consistency, within);
        if (consistency == ReadConsistency.Strong)
            return await _writes.Reservations!.FindUserAsync(_table.Sender.Begin(cancellationToken), wanted).ConfigureAwait(false);

        PreparedQuery query = _table.QueryInput.PrepareLookup(values.IndexOf(unique)!, wanted);
        return await new QueryPager<TUser>(_table, query) { MustReadAll = true }.ReadAllAsync(cancellationToken)
            .MaxByAsync(static user => user, _table.QueryInput.ByUpdate, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TUser?> FindByAsync(
        Expression<Func<TUser, IEnumerable<string>?>> property,
        string value,
        UserKeyPart? within = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(property);
        UniqueValues values = _table.Input.UniqueValues;
        ReservedValue wanted = values.PrepareLookup(values.Resolve(property), value, ReadConsistency.Strong, within);
        return await _writes.Reservations!.FindUserAsync(_table.Sender.Begin(cancellationToken), wanted).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<TUser> FindAllByAsync(
        Expression<Func<TUser, string?>> property, string value, CancellationToken cancellationToken = default)
        => FindAllBy(property, value, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<TUser> FindAllByAsync(
        Expression<Func<TUser, IEnumerable<string>?>> property, string value, CancellationToken cancellationToken = default)
        => FindAllBy(property, value, cancellationToken);

    private IAsyncEnumerable<TUser> FindAllBy(LambdaExpression property, string value, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(property);
        UniqueValues values = _table.Input.UniqueValues;
        ReservedValue wanted = values.PrepareSearch(property, value);
        return _batchFinder.FindAsync(_writes.Reservations!.FindOwnersAsync(wanted, cancellationToken), ReadConsistency.Strong, cancellationToken)
            .Where(lookup => lookup.User is not null && values.Has(lookup.User, wanted))
            .Select(lookup => lookup.User!);
    }

    /// <inheritdoc/>
    public async Task<TUser> UpdateAsync(TUser user, CancellationToken cancellationToken = default)
    {
        PreparedUser<TUser> next = _table.Input.PrepareReplacement(user);
        return await _writes.Replacement.ReplaceAsync(_table.Sender.Begin(cancellationToken, next.Key), user, next).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TUser> UpdateAsync(UserKey key, UserPatch<TUser> patch, CancellationToken cancellationToken = default)
    {
        PreparedPatch prepared = _table.Input.PreparePatch(key, patch);
        return await _writes.Patching.PatchAsync(_table.Sender.Begin(cancellationToken, key), prepared).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TUser?> DeleteAsync(UserKey key, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        _table.Model.Key.Check(key);
        _table.Input.CheckVersion(expectedVersion);
        StoredUser? deleted = await _writes.Deletion.DeleteAsync(
            _table.Sender.Begin(cancellationToken, key), key, expectedVersion, isRead: true).ConfigureAwait(false);
        return deleted is { } item ? _table.ToWrittenUser(item) : null;
    }

    /// <inheritdoc/>
    public async Task DeleteUnchangedAsync(TUser user, CancellationToken cancellationToken = default)
    {
        UserKey key = _table.Input.CheckRead(user);
        await _writes.Deletion.DeleteUnchangedAsync(_table.Sender.Begin(cancellationToken, key), key, user).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<TUser> QueryAsync(UserQuery<TUser> query, CancellationToken cancellationToken = default)
        => new QueryPager<TUser>(_table, _table.QueryInput.PrepareQuery(query)).ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<UserPage<TUser>> QueryPageAsync(
        UserQuery<TUser> query, string? continuationToken = null, CancellationToken cancellationToken = default)
        => await new QueryPager<TUser>(_table, _table.QueryInput.PrepareQuery(query))
            .ReadPageAsync(continuationToken, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public IAsyncEnumerable<UserSegmentPage<TUser>> ListSegmentsAsync(
        UserListOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        UserListOptions prepared = QueryInput<TUser>.PrepareList(options);
        return ParallelListing.ReadAsync(prepared, segment => new ListPager<TUser>(_table, prepared, segment), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<UserPage<TUser>> ListPageAsync(
        UserListOptions? options = null, string? continuationToken = null, CancellationToken cancellationToken = default)
        => await new ListPager<TUser>(_table, QueryInput<TUser>.PreparePagedList(options))
            .ReadPageAsync(continuationToken, cancellationToken).ConfigureAwait(false);
}

/// <summary>Stores users of type <see cref="User"/> in a DynamoDB table.</summary>
public sealed class DynamoDbUserStore : DynamoDbUserStore<User>, IUserStore
{
    /// <summary>Initializes a new instance of the <see cref="DynamoDbUserStore"/> class without dependency injection.</summary>
    /// <param name="client">The client. The caller disposes of it.</param>
    /// <param name="options">The options of the store. Do not change them afterwards.</param>
    /// <param name="timeProvider">The clock; the system clock if null.</param>
    public DynamoDbUserStore(IAmazonDynamoDB client, UserStoreOptions options, TimeProvider? timeProvider = null)
        : base(client, options, timeProvider)
    {
    }

    internal DynamoDbUserStore(StoreConnection connection)
        : base(connection)
    {
    }
}
