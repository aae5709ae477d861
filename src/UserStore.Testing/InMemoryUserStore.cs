using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.DataModel;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;
using UserStore.Paging;
using UserStore.Preparation;
using UserStore.Replication;

namespace UserStore.Testing;

/// <summary>Stores users in memory, with the versions, limits, order and copies of <see cref="DynamoDbUserStore{TUser}"/>.</summary>
/// <typeparam name="TUser"><see cref="User"/> or a record derived from it.</typeparam>
/// <remarks>
/// <para>Safe for concurrent use. Use <see cref="Faults"/> to inject faults, and <see cref="Calls"/> to inspect recorded calls.</para>
/// <para>
/// Differences from a table: a page without a page size ends after 1000 users instead of 1 MB. Users with equal sort keys, and the whole
/// table, are sorted by ID. Eventual reads by ID are never stale. There are no attributes that <typeparamref name="TUser"/> does not
/// declare. Expired users are hidden and never removed.
/// </para>
/// </remarks>
public class InMemoryUserStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IUserStore<TUser>
    where TUser : User
{
    // Only maps users that are near a size limit, or that conversions change; sends no requests.
    private static readonly Lazy<IDynamoDBContext> MappingContext = new(
        static () => UserContext.CreateForMapping(new UserStoreOptions(), UserModel.For<TUser>().Properties));

    private readonly UserInput<TUser> _input;
    private readonly QueryInput<TUser> _queryInput;
    private readonly UserItems<TUser> _items;
    private readonly InMemoryTable<TUser> _table;
    private readonly InMemoryReservations<TUser>? _reservations;
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

        var storeOptions = new UserStoreOptions { NormalizeEmail = options.NormalizeEmail, UniqueEmails = options.UniqueEmails };
        foreach (byte[] key in options.TokenKeys)
            storeOptions.TokenKeys.Add(key);
        Time = options.TimeProvider;
        _items = new UserItems<TUser>(static () => MappingContext.Value, UserModel.For<TUser>(), UserModel.For<TUser>().DefaultTableName);
        _input = new UserInput<TUser>(storeOptions, Time, _items.ReadBack);
        _queryInput = new QueryInput<TUser>(storeOptions);
        _table = new InMemoryTable<TUser>(_input.Model, options.IndexDelay, options.KeptChanges);
        _reservations = options.UniqueEmails ? new InMemoryReservations<TUser>(_table, _input) : null;
        _recorder = new CallRecorder(options.RecordedCalls);
        _calls = new InMemoryCalls(Faults, _recorder, Time);
        _parts = new InMemoryStoreParts<TUser>(_table, _input, _queryInput, _calls);
    }

    /// <summary>Gets the faults to inject into subsequent calls.</summary>
    public StoreFaults Faults { get; } = new();

    /// <summary>Gets a snapshot of the latest calls, oldest first; empty unless <see cref="InMemoryUserStoreOptions.RecordedCalls"/> is
    /// set.</summary>
    public IReadOnlyList<RecordedCall> Calls => _recorder.Snapshot();

    /// <summary>Returns and removes the changes since the last call, oldest first, as in a stream with new and old images.</summary>
    /// <returns>The changes. The store keeps the latest <see cref="InMemoryUserStoreOptions.KeptChanges"/>. Users that expire are not
    /// removed and cause no change.</returns>
    public IReadOnlyList<UserChange<TUser>> TakeChanges() => _calls.Run(_table.Changes.Take);

    /// <inheritdoc/>
    public async Task EnsureTablesAsync(CancellationToken cancellationToken = default)
        => await RunAsync(nameof(EnsureTablesAsync), isWrite: true, null, static () => true, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<TUser> CreateAsync(TUser user, CancellationToken cancellationToken = default)
    {
        TUser created = _input.PrepareCreate(user);
        _items.Check(created);
        UserKey key = KeyOf(created);
        return await RunAsync(nameof(CreateAsync), isWrite: true, key, () =>
        {
            if (_table.Find(key, created.UpdatedAt) is not null)
                throw new UserAlreadyExistsException(key);
            _reservations?.Move(key, from: null, to: created.Email, created.UpdatedAt);
            return Store(new InMemoryRow<TUser>(key, created, []));
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TUser?> FindAsync(
        UserKey key, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default)
    {
        _input.Model.Key.Check(key);
        UserInput<TUser>.CheckConsistency(consistency);
        return await RunAsync(
            nameof(FindAsync), isWrite: false, key, () => Copy(_table.Find(key, _input.Now())), cancellationToken).ConfigureAwait(false);
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
                () => new UserLookup<TUser>(key, Copy(_table.Find(key, _input.Now()))),
                cancellationToken.CanBeCanceled ? cancellationToken : token).ConfigureAwait(false);
        });
    }

    /// <inheritdoc/>
    public async Task<TUser?> FindByEmailAsync(
        string email, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default)
    {
        _input.CheckEmailConsistency(consistency);
        if (consistency == ReadConsistency.Strong)
        {
            string normalized = _input.PrepareEmail(email);
            return await RunAsync(
                nameof(FindByEmailAsync),
                isWrite: false,
                null,
                () => Copy(_reservations!.FindOwner(normalized, _input.Now())),
                cancellationToken).ConfigureAwait(false);
        }

        return await Pager(nameof(FindByEmailAsync), _queryInput.PrepareEmailQuery(email)).ReadAllAsync(cancellationToken)
            .MaxByAsync(static user => user, _queryInput.ByUpdate, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TUser> UpdateAsync(TUser user, CancellationToken cancellationToken = default)
    {
        TUser next = _input.PrepareReplacement(user);
        Revision expected = Revision.Of(user);
        _items.Check(next);
        UserKey key = KeyOf(next);
        return await RunAsync(nameof(UpdateAsync), isWrite: true, key, () =>
        {
            TUser? stored = _table.Find(key, next.UpdatedAt)?.User;
            if (stored is null || !expected.IsSameAs(Revision.Of(stored)))
                throw new UserConflictException(key, expected.Version, stored?.Version, stored is null);
            _reservations?.Move(key, stored.Email, next.Email, next.UpdatedAt);
            return Store(new InMemoryRow<TUser>(key, next, []));
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TUser> UpdateAsync(UserKey key, UserPatch<TUser> patch, CancellationToken cancellationToken = default)
    {
        PreparedPatch prepared = _input.PreparePatch(key, patch);
        _items.Check(prepared.Changes);
        return await RunAsync(nameof(UpdateAsync), isWrite: true, key, () =>
        {
            InMemoryRow<TUser> row = _table.Find(key, prepared.Now) ?? throw new UserNotFoundException(key);
            if (prepared.ExpectedVersion is { } expected && row.User.Version != expected)
                throw new UserConflictException(key, expected, row.User.Version);
            InMemoryRow<TUser> patched = InMemoryPatch.Apply(prepared, row);
            if (prepared.Condition?.Accepts(row) == false)
                throw new UserConditionFailedException(key, row.User.Version);
            _items.Check(patched.User);
            _reservations?.Move(key, row.User.Email, patched.User.Email, prepared.Now);
            return Store(patched);
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TUser?> DeleteAsync(UserKey key, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        _input.Model.Key.Check(key);
        return await RunAsync(nameof(DeleteAsync), isWrite: true, key, () =>
        {
            DateTimeOffset now = _input.Now();
            if (_table.Find(key, now) is not { } row)
                return null;
            if (expectedVersion is not null && row.User.Version != expectedVersion)
                throw new UserConflictException(key, expectedVersion, row.User.Version);
            Remove(row, now);
            return Copy(row);
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeleteUnchangedAsync(TUser user, CancellationToken cancellationToken = default)
    {
        _input.CheckRead(user);
        (UserKey key, Revision expected) = (KeyOf(user), Revision.Of(user));
        await RunAsync(nameof(DeleteUnchangedAsync), isWrite: true, key, () =>
        {
            DateTimeOffset now = _input.Now();
            InMemoryRow<TUser>? row = _table.Find(key, now);
            if (row is null || !expected.IsSameAs(Revision.Of(row.User)))
                throw new UserConflictException(key, expected.Version, row?.User.Version, row is null);
            Remove(row, now);
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

    internal bool HasUniqueEmails => _reservations is not null;

    /// <summary>Stores a prepared user unconditionally.</summary>
    internal Task<TUser> OverwriteAsync(TUser prepared, CancellationToken cancellationToken) => RunAsync(
        nameof(IUserBatchWriter<TUser>.ReplaceAsync),
        isWrite: true,
        KeyOf(prepared),
        () => Store(new InMemoryRow<TUser>(KeyOf(prepared), prepared, [])),
        cancellationToken);

    /// <summary>Runs a step of an audit on users and reservations atomically.</summary>
    internal T Audit<T>(Func<InMemoryTable<TUser>, InMemoryReservations<TUser>, T> step)
    {
        if (_reservations is null)
            throw new InvalidOperationException("An email audit requires InMemoryUserStoreOptions.UniqueEmails to be true.");
        return _calls.Run(() => step(_table, _reservations));
    }

    private UserKey KeyOf(TUser user) => _input.Model.Key.Of(user);

    private void Remove(InMemoryRow<TUser> row, DateTimeOffset now)
    {
        _reservations?.Move(row.Key, row.User.Email, to: null, now);
        _table.Remove(row, now);
    }

    private TUser Store(InMemoryRow<TUser> row)
    {
        _table.Put(row, _input.Now());
        return Copy(row);
    }

    private InMemoryQueryPager<TUser> Pager(string operation, PreparedQuery query) => new(_parts, operation, query);

    [return: NotNullIfNotNull(nameof(row))]
    private static TUser? Copy(InMemoryRow<TUser>? row) => row is null ? null : UserCopier.Copy(row.User);

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
