using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2.DataModel;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Paging;
using UserStore.Preparation;
using UserStore.Replication;

namespace UserStore.Testing;

/// <summary>Stores users in memory, with the versions, limits, order and copies of <see cref="DynamoDbUserStore{TUser}"/>.</summary>
/// <typeparam name="TUser">The user type: <see cref="User"/>, a record derived from it, or any class or record with a key.</typeparam>
/// <remarks>
/// <para>Safe for concurrent use. Use <see cref="Faults"/> to inject faults, and <see cref="Calls"/> to inspect recorded calls.</para>
/// <para>
/// Differences from a table: a page without a page size ends after 1000 users instead of 1 MB. Users with equal sort keys, and the whole
/// table, are sorted by ID. Eventual reads by ID are never stale. There are no attributes that <typeparamref name="TUser"/> does not
/// declare. Expired users are hidden and never removed.
/// </para>
/// </remarks>
public class InMemoryUserStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IUserStore<TUser>
    where TUser : class
{
    // Only maps users that are near a size limit, or that conversions change; sends no requests.
    private static readonly ConcurrentDictionary<UserModel, Lazy<IDynamoDBContext>> MappingContexts = new();

    private readonly UserInput<TUser> _input;
    private readonly QueryInput<TUser> _queryInput;
    private readonly UserItems<TUser> _items;
    private readonly InMemoryUsers<TUser> _users;
    private readonly CallRecorder _recorder;
    private readonly InMemoryCalls _calls;
    private readonly InMemoryStoreParts<TUser> _parts;

    /// <summary>Initializes a new instance of the <see cref="InMemoryUserStore{TUser}"/> class without users.</summary>
    /// <param name="options">The options; <see langword="null"/> for the defaults. Do not change them afterwards.</param>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not define a valid table.</exception>
    public InMemoryUserStore(InMemoryUserStoreOptions? options = null)
    {
        options ??= new InMemoryUserStoreOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.IndexDelay, TimeSpan.Zero, nameof(options.IndexDelay));
        ArgumentOutOfRangeException.ThrowIfNegative(options.RecordedCalls, nameof(options.RecordedCalls));
        ArgumentOutOfRangeException.ThrowIfNegative(options.KeptChanges, nameof(options.KeptChanges));

        UserStoreOptions storeOptions = options.ToStoreOptions();
        Time = options.TimeProvider;
        var model = UserModel.For<TUser>(storeOptions);
        storeOptions.Privacy.HashKey = new byte[UserPrivacyOptions.HashKeyLength]; // nothing that it hashes leaves the process
        Lazy<IDynamoDBContext> context = MappingContexts.GetOrAdd(model, static model => new Lazy<IDynamoDBContext>(
            () => UserContext.CreateForMapping(new UserStoreOptions(), model)));
        _items = new UserItems<TUser>(() => context.Value, model, model.DefaultTableName);
        _input = new UserInput<TUser>(model, storeOptions, Time, _items.ReadBack);
        _queryInput = new QueryInput<TUser>(model, storeOptions);
        var table = new InMemoryTable<TUser>(model, options.IndexDelay, options.KeptChanges);
        Tombstones = options.Privacy.HashKey is null ? null : new InMemoryTombstones(options.Privacy, TableName, Time);
        _users = new InMemoryUsers<TUser>(
            table, _input.UniqueValues.Any ? new InMemoryReservations<TUser>(table, _input) : null, Tombstones, _input, _items);
        _recorder = new CallRecorder(options.RecordedCalls);
        _calls = new InMemoryCalls(Faults, _recorder, Time);
        _parts = new InMemoryStoreParts<TUser>(table, _input, _queryInput, _calls);
    }

    /// <summary>Gets the faults to inject into subsequent calls.</summary>
    public StoreFaults Faults { get; } = new();

    /// <summary>Gets a snapshot of the latest calls, oldest first; empty unless <see cref="InMemoryUserStoreOptions.RecordedCalls"/> is
    /// set.</summary>
    public IReadOnlyList<RecordedCall> Calls => _recorder.Snapshot();

    /// <summary>Returns and removes the changes since the last call, oldest first, as in a stream with new and old images.</summary>
    /// <returns>The changes. The store keeps the latest <see cref="InMemoryUserStoreOptions.KeptChanges"/>. Users that expire are not
    /// removed and cause no change.</returns>
    public IReadOnlyList<UserChange<TUser>> TakeChanges() => _calls.Run(_users.Table.Changes.Take);

    /// <inheritdoc/>
    public async Task EnsureTablesAsync(CancellationToken cancellationToken = default)
        => await RunAsync(nameof(EnsureTablesAsync), isWrite: true, null, static () => true, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<TUser> CreateAsync(TUser user, CancellationToken cancellationToken = default)
    {
        PreparedUser<TUser> created = _input.PrepareCreate(user);
        _items.Check(created.User);
        return await RunAsync(nameof(CreateAsync), isWrite: true, created.Key, () => _users.Create(created), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TUser?> FindAsync(
        UserKey key, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default)
    {
        _input.Model.Key.Check(key);
        UserInput<TUser>.CheckConsistency(consistency);
        return await RunAsync(
            nameof(FindAsync), isWrite: false, key, () => InMemoryUsers<TUser>.Copy(_users.Table.Find(key, _input.Now())), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<UserLookup<TUser>> FindManyAsync(
        IAsyncEnumerable<UserKey> keys,
        ReadConsistency consistency = ReadConsistency.Eventual,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        UserInput<TUser>.CheckConsistency(consistency);
        return keys.Select(async (UserKey key, CancellationToken token) =>
        {
            _input.Model.Key.Check(key);
            return await RunAsync(
                nameof(FindManyAsync),
                isWrite: false,
                key,
                () => new UserLookup<TUser>(key, InMemoryUsers<TUser>.Copy(_users.Table.Find(key, _input.Now()))),
                cancellationToken.CanBeCanceled ? cancellationToken : token).ConfigureAwait(false);
        });
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
        UniqueValue unique = _input.UniqueValues.Resolve(property);
        ReservedValue wanted = _input.UniqueValues.PrepareLookup(unique, value, consistency, within);
        if (consistency == ReadConsistency.Strong)
            return await FindByAsync(wanted, cancellationToken).ConfigureAwait(false);

        PreparedQuery query = _queryInput.PrepareLookup(_input.UniqueValues.IndexOf(unique)!, wanted);
        return await Pager(nameof(FindByAsync), query).ReadAllAsync(cancellationToken)
            .MaxByAsync(static user => user, _queryInput.ByUpdate, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<TUser?> FindByAsync(
        Expression<Func<TUser, IEnumerable<string>?>> property,
        string value,
        UserKeyPart? within = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(property);
        UniqueValue unique = _input.UniqueValues.Resolve(property);
        return FindByAsync(_input.UniqueValues.PrepareLookup(unique, value, ReadConsistency.Strong, within), cancellationToken);
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
        ReservedValue wanted = _input.UniqueValues.PrepareSearch(property, value);
        return OwnersOf(wanted, cancellationToken)
            .Select(async (UserKey key, CancellationToken token) => await FindAsync(key, ReadConsistency.Strong, token).ConfigureAwait(false))
            .Where(user => user is not null && _input.UniqueValues.Has(user, wanted))!;
    }

    private async IAsyncEnumerable<UserKey> OwnersOf(ReservedValue wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        UserKey[] owners = await RunAsync(
            nameof(FindAllByAsync), isWrite: false, null, () => _users.Reservations!.OwnersOf(wanted).ToArray(), cancellationToken).ConfigureAwait(false);
        foreach (UserKey owner in owners)
            yield return owner;
    }

    private Task<TUser?> FindByAsync(ReservedValue wanted, CancellationToken cancellationToken) => RunAsync(
        nameof(FindByAsync),
        isWrite: false,
        null,
        () => InMemoryUsers<TUser>.Copy(_users.Reservations!.FindOwner(wanted, _input.Now()) is { IsRestricted: false } owner ? owner : null),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<TUser> UpdateAsync(TUser user, CancellationToken cancellationToken = default)
    {
        PreparedUser<TUser> next = _input.PrepareReplacement(user);
        _items.Check(next.User);
        return await RunAsync(nameof(UpdateAsync), isWrite: true, next.Key, () => _users.Replace(user, next), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TUser> UpdateAsync(UserKey key, UserPatch<TUser> patch, CancellationToken cancellationToken = default)
    {
        PreparedPatch prepared = _input.PreparePatch(key, patch);
        _items.Check(prepared.Changes);
        return await RunAsync(nameof(UpdateAsync), isWrite: true, key, () => _users.Patch(prepared), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TUser?> DeleteAsync(UserKey key, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        _input.Model.Key.Check(key);
        _input.CheckVersion(expectedVersion);
        return await RunAsync(nameof(DeleteAsync), isWrite: true, key, () => _users.Delete(key, expectedVersion), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeleteUnchangedAsync(TUser user, CancellationToken cancellationToken = default)
    {
        UserKey key = _input.CheckRead(user);
        await RunAsync(nameof(DeleteUnchangedAsync), isWrite: true, key, () =>
        {
            _users.DeleteUnchanged(key, user);
            return true;
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<TUser> QueryAsync(UserQuery<TUser> query, CancellationToken cancellationToken = default)
        => Pager(nameof(QueryAsync), _queryInput.PrepareQuery(query)).ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<UserPage<TUser>> QueryPageAsync(
        UserQuery<TUser> query, string? continuationToken = null, CancellationToken cancellationToken = default)
        => await Pager(nameof(QueryPageAsync), _queryInput.PrepareQuery(query))
            .ReadPageAsync(continuationToken, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public IAsyncEnumerable<UserSegmentPage<TUser>> ListSegmentsAsync(
        UserListOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        UserListOptions prepared = QueryInput<TUser>.PrepareList(options);
        return ParallelListing.ReadAsync(
            prepared,
            segment => new InMemoryListPager<TUser>(_parts, nameof(ListSegmentsAsync), prepared, segment),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<UserPage<TUser>> ListPageAsync(
        UserListOptions? options = null, string? continuationToken = null, CancellationToken cancellationToken = default)
        => await new InMemoryListPager<TUser>(_parts, nameof(ListPageAsync), QueryInput<TUser>.PreparePagedList(options))
            .ReadPageAsync(continuationToken, cancellationToken).ConfigureAwait(false);

    internal UserInput<TUser> Input => _input;

    internal QueryInput<TUser> QueryInput => _queryInput;

    internal UserItems<TUser> Items => _items;

    internal TimeProvider Time { get; }

    /// <summary>Gets the tombstones of erased users; null if the options do not permit erasure.</summary>
    internal InMemoryTombstones? Tombstones { get; }

    internal string TableName => _input.Model.DefaultTableName;

    internal bool HasUniqueValues => _users.Reservations is not null;

    /// <summary>Stores a prepared user unconditionally.</summary>
    internal Task<TUser> OverwriteAsync(PreparedUser<TUser> prepared, CancellationToken cancellationToken) => RunAsync(
        nameof(IUserBatchWriter<TUser>.ReplaceAsync),
        isWrite: true,
        prepared.Key,
        () => _users.Overwrite(prepared),
        cancellationToken);

    /// <summary>Runs a call of another part of the store, atomically, with the faults of the store.</summary>
    internal Task<T> RunAsync<T>(string operation, bool isWrite, UserKey? key, Func<InMemoryUsers<TUser>, T> body, CancellationToken cancellationToken)
        => _calls.RunAsync(operation, isWrite, key, () => body(_users), cancellationToken);

    /// <summary>Runs a step of an audit on users and reservations atomically.</summary>
    internal T Audit<T>(Func<InMemoryTable<TUser>, InMemoryReservations<TUser>, T> step)
    {
        if (_users.Reservations is not { } reservations)
            throw new InvalidOperationException("The store has no unique values: the type declares none, or InMemoryUserStoreOptions.UniqueEmails is false.");
        return _calls.Run(() => step(_users.Table, reservations));
    }

    private InMemoryQueryPager<TUser> Pager(string operation, PreparedQuery query) => new(_parts, operation, query);

    private Task<T> RunAsync<T>(string operation, bool isWrite, UserKey? key, Func<T> body, CancellationToken cancellationToken)
        => _calls.RunAsync(operation, isWrite, key, body, cancellationToken);
}

/// <summary>Stores users of type <see cref="User"/> in memory.</summary>
public sealed class InMemoryUserStore : InMemoryUserStore<User>, IUserStore
{
    /// <summary>Initializes a new instance of the <see cref="InMemoryUserStore"/> class without users.</summary>
    /// <param name="options">The options; <see langword="null"/> for the defaults. Do not change them afterwards.</param>
    public InMemoryUserStore(InMemoryUserStoreOptions? options = null)
        : base(options)
    {
    }
}
