using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2;
using UserStore.DynamoDb.Provisioning;
using UserStore.DynamoDb.Reading;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Writing;
using UserStore.Paging;
using UserStore.Preparation;

namespace UserStore.DynamoDb;

/// <summary>Keeps users in a DynamoDB table, through the SDK's <see cref="DynamoDBContext"/>.</summary>
/// <typeparam name="TUser"><see cref="User"/> or a record derived from it.</typeparam>
/// <remarks>
/// <para>
/// The context loads, saves and queries. Creates, patches, deletes and changes of an email go through the client with items that the
/// context mapped, because the context cannot say their conditions, return their items, or give a transaction a token.
/// </para>
/// <para>
/// The retries of the client given stay as they are; only writes that met a running transaction are repeated here. A client that
/// <c>AddUserStore</c> makes has none: there <see cref="UserStoreOptions.Retry"/> rules.
/// </para>
/// </remarks>
public class DynamoDbUserStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IUserStore<TUser>
    where TUser : User
{
    private readonly UserTable<TUser> _table;
    private readonly DynamoDbPages<TUser> _pages;
    private readonly UserBatchFinder<TUser> _many;
    private readonly EmailReservations<TUser>? _reservations;
    private readonly UserCreation<TUser> _creation;
    private readonly UserReplacement<TUser> _replacement;
    private readonly UserPatching<TUser> _patching;
    private readonly UserDeletion<TUser> _deletion;
    private readonly TableCreator[] _creators;

    /// <summary>Initializes a new instance of the <see cref="DynamoDbUserStore{TUser}"/> class without dependency injection.</summary>
    /// <param name="client">The client, which stays the caller's to dispose.</param>
    /// <param name="options">The names and settings; not to be changed afterwards.</param>
    /// <param name="timeProvider">The clock; the system's if null.</param>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not make a table.</exception>
    public DynamoDbUserStore(IAmazonDynamoDB client, UserStoreOptions options, TimeProvider? timeProvider = null)
        : this(StoreConnection.WithoutLogging(client, options, timeProvider))
    {
    }

    internal DynamoDbUserStore(StoreConnection connection)
    {
        _table = new UserTable<TUser>(connection);
        _pages = new DynamoDbPages<TUser>(_table);
        _many = new UserBatchFinder<TUser>(_table);
        EmailTransaction<TUser>? emails = null;
        if (_table.Schema.Emails is { } emailsTable)
        {
            _reservations = new EmailReservations<TUser>(_table, emailsTable);
            emails = new EmailTransaction<TUser>(_table, _reservations);
        }

        _creation = new UserCreation<TUser>(_table, emails);
        _replacement = new UserReplacement<TUser>(_table, emails);
        _patching = new UserPatching<TUser>(_table, emails);
        _deletion = new UserDeletion<TUser>(_table, emails);
        _creators = [.. _table.Schema.Tables.Select(
            table => new TableCreator(connection.Client, table, connection.Options.TableCreationTimeout, _table.Sender))];
    }

    private UserInput<TUser> Requests => _table.Requests;

    /// <inheritdoc/>
    public async Task EnsureTablesAsync(CancellationToken cancellationToken = default)
        => await Task.WhenAll(_creators.Select(creator => creator.EnsureAsync(cancellationToken))).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<TUser> CreateAsync(TUser user, CancellationToken cancellationToken = default)
        => await _creation.CreateAsync(Requests.PrepareCreate(user), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<TUser?> FindAsync(
        string userId, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default)
    {
        UserInput<TUser>.CheckId(userId);
        UserInput<TUser>.CheckConsistency(consistency);
        return await _table.FindAsync(_table.Sender.Begin(cancellationToken), userId, consistency).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<TUser> GetAsync(
        string userId, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default)
        => await FindAsync(userId, consistency, cancellationToken).ConfigureAwait(false) ?? throw new UserNotFoundException(userId);

    /// <inheritdoc/>
    public IAsyncEnumerable<UserLookup<TUser>> FindManyAsync(
        IEnumerable<string> userIds, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(userIds);
        return FindManyAsync(userIds.ToAsyncEnumerable(), consistency, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<UserLookup<TUser>> FindManyAsync(
        IAsyncEnumerable<string> userIds,
        ReadConsistency consistency = ReadConsistency.Eventual,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(userIds);
        UserInput<TUser>.CheckConsistency(consistency);
        return _many.FindAsync(userIds, consistency, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<TUser?> FindByEmailAsync(
        string email, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default)
    {
        Requests.CheckEmailConsistency(consistency);
        if (consistency == ReadConsistency.Strong)
        {
            return await _reservations!.FindUserAsync(
                _table.Sender.Begin(cancellationToken), Requests.PrepareEmail(email)).ConfigureAwait(false);
        }

        TUser? newest = null;
        await foreach (TUser user in _pages.Of(_table.Queries.PrepareEmailQuery(email)).ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (newest is null || user.UpdatedAt > newest.UpdatedAt)
                newest = user;
        }

        return newest;
    }

    /// <inheritdoc/>
    public async Task<TUser> UpdateAsync(TUser user, CancellationToken cancellationToken = default)
        => await _replacement.ReplaceAsync(user, Requests.PrepareReplacement(user), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<TUser> UpdateAsync(string userId, UserPatch<TUser> patch, CancellationToken cancellationToken = default)
        => await _patching.PatchAsync(Requests.PreparePatch(userId, patch), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<TUser?> DeleteAsync(string userId, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        UserInput<TUser>.CheckId(userId);
        return await _deletion.DeleteAsync(userId, expectedVersion, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(TUser user, CancellationToken cancellationToken = default)
    {
        UserInput<TUser>.CheckRead(user);
        await _deletion.DeleteAsync(user, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<TUser> QueryAsync(UserQuery<TUser> query, CancellationToken cancellationToken = default)
        => _pages.Of(_table.Queries.PrepareQuery(query)).ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<UserPage<TUser>> QueryPageAsync(
        UserQuery<TUser> query, string? continuationToken = null, CancellationToken cancellationToken = default)
        => await _pages.Of(_table.Queries.PrepareQuery(query)).ReadPageAsync(continuationToken, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public IAsyncEnumerable<TUser> QueryByStatusAsync(
        string status,
        int? limit = null,
        QueryDirection direction = QueryDirection.Ascending,
        CancellationToken cancellationToken = default)
        => _pages.Of(_table.Queries.PrepareStatusQuery(status, limit, direction)).ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<TUser> QueryByEmailAsync(string email, CancellationToken cancellationToken = default)
        => _pages.Of(_table.Queries.PrepareEmailQuery(email)).ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<TUser> ListAsync(UserListOptions? options = null, CancellationToken cancellationToken = default)
        => options is null or { TotalSegments: 1, ResumeFrom.Count: 0 }
            ? _pages.Of(QueryInput<TUser>.PrepareList(options)).ReadAllAsync(cancellationToken)
            : ListSegmentsAsync(options, cancellationToken).SelectMany(page => page.Users);

    /// <inheritdoc/>
    public IAsyncEnumerable<UserSegmentPage<TUser>> ListSegmentsAsync(
        UserListOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        UserListOptions prepared = QueryInput<TUser>.PrepareList(options);
        return ParallelListing.ReadAsync(prepared, segment => _pages.Of(prepared, segment), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<UserPage<TUser>> ListPageAsync(
        UserListOptions? options = null, string? continuationToken = null, CancellationToken cancellationToken = default)
        => await _pages.Of(QueryInput<TUser>.PreparePagedList(options)).ReadPageAsync(continuationToken, cancellationToken).ConfigureAwait(false);
}

/// <summary>Keeps users without fields of a service's own in a DynamoDB table.</summary>
public sealed class DynamoDbUserStore : DynamoDbUserStore<User>, IUserStore
{
    /// <summary>Initializes a new instance of the <see cref="DynamoDbUserStore"/> class without dependency injection.</summary>
    /// <param name="client">The client, which stays the caller's to dispose.</param>
    /// <param name="options">The names and settings; not to be changed afterwards.</param>
    /// <param name="timeProvider">The clock; the system's if null.</param>
    public DynamoDbUserStore(IAmazonDynamoDB client, UserStoreOptions options, TimeProvider? timeProvider = null)
        : base(client, options, timeProvider)
    {
    }

    internal DynamoDbUserStore(StoreConnection connection)
        : base(connection)
    {
    }
}
