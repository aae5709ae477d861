using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using UserStore.DynamoDb.Provisioning;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Replication.Comparing;
using UserStore.Replication.Targets;
using UserStore.Replication.Writing;

namespace UserStore.Replication;

/// <summary>Replicates a projection of each user to a target table, change by change.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <typeparam name="TView">The annotated type of the target's items, with a key of one or two parts.</typeparam>
/// <remarks>
/// <para>
/// Each change is one transaction, which advances the user's guard, deletes the previous item and writes the new one. Duplicate and late
/// records are therefore harmless, and a user never has two items. The item is that of the change's image only if the image is certainly newer
/// than the target. For a new user, and for changes of which a rebuild may already have written a later state, it is that of the user in the
/// source: the target never goes back behind what a rebuild wrote, and a deleted user does not come back.
/// </para>
/// <para>
/// Items contain the id of their user in <c>source_user_id</c>. If an item of another user has the key of a new item, both users are read from
/// the source and written in one transaction, with up to 20 users who need each other's keys. An item of a user who still needs its key is never
/// overwritten. Safe for concurrent use, in any number of processes.
/// </para>
/// </remarks>
public sealed class UserReplicator<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView> : IUserChangeHandler<TUser>
    where TUser : class
    where TView : class
{
    private readonly UserTable<TUser> _source;
    private readonly ReplicationSchema _schema;
    private readonly TimeSpan _retention;
    private readonly ChangeWriter<TUser, TView> _changes;
    private readonly ReplicationComparer<TUser, TView> _comparer;
    private readonly ReplicationWalk<TUser, TView> _walk;

    /// <summary>Initializes a new instance of the <see cref="UserReplicator{TUser, TView}"/> class without dependency injection.</summary>
    /// <param name="client">The client, which the caller disposes of.</param>
    /// <param name="storeOptions">The options of the store that is the source, which must not change afterwards.</param>
    /// <param name="projection">Defines the item of each user.</param>
    /// <param name="options">The tables; the defaults if null.</param>
    /// <param name="timeProvider">The clock; the system clock if null.</param>
    /// <param name="logger">The logger of retries and give-ups; none if null.</param>
    /// <exception cref="InvalidOperationException">The attributes of a type do not make a table.</exception>
    /// <exception cref="ArgumentException">The options are not valid; the message says what is allowed.</exception>
    public UserReplicator(
        IAmazonDynamoDB client,
        UserStoreOptions storeOptions,
        IUserProjection<TUser, TView> projection,
        UserReplicationOptions? options = null,
        TimeProvider? timeProvider = null,
        ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(storeOptions);
        ArgumentNullException.ThrowIfNull(projection);
        options ??= new UserReplicationOptions();
        _source = new UserTable<TUser>(
            new StoreConnection(client, storeOptions, timeProvider ?? TimeProvider.System, logger ?? NullLogger.Instance));
        if (ReplicationSchema.Validate(_source.Schema, ViewModel.For<TView>(), options).FirstOrDefault() is { } problem)
            throw new ArgumentException(problem, nameof(options));
        _schema = new ReplicationSchema(_source.Schema, ViewModel.For<TView>(), options);
        _retention = options.RemovedUserRetention;
        var projector = new Projector<TUser, TView>(projection, _schema);
        var reader = new ReplicationStateReader<TUser, TView>(_source, _schema, projector);
        var writer = new TargetWriter(client, _schema, _source.Tombstones);
        var states = new ReplicationStateWriter<TUser, TView>(_schema, reader, writer, RemovedUntil);
        _changes = new ChangeWriter<TUser, TView>(_source, projector, reader, states, writer, RemovedUntil);
        _comparer = new ReplicationComparer<TUser, TView>(_source.Sender, reader, states);
        _walk = new ReplicationWalk<TUser, TView>(_source, _schema, reader, _comparer, writer);
    }

    /// <summary>Applies a change to the target, unless that change or a later one of the same user was applied before.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">A token to cancel the operation. A write that was already sent may still be applied, which is harmless.</param>
    /// <returns>A task that completes when the change is applied.</returns>
    /// <exception cref="UserProjectionException">The projection failed, or returned an item that the target cannot store, or another user needs
    /// the same key.</exception>
    /// <exception cref="UserStoreException">The tables cannot be read or written; <see cref="UserStoreException.IsTransient"/> indicates whether
    /// a retry may succeed.</exception>
    /// <remarks>Costs a transaction of two items, or three if the key changes; for a new user also a consistent read of the source. Up to three
    /// more requests if the guard does not match the change, and a transaction and three reads for each user whose item must make
    /// room.</remarks>
    public async Task HandleAsync(UserChange<TUser> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        await _changes.WriteAsync(change, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Rebuilds the target from the source, while changes continue to arrive: adds missing items, corrects different ones, and removes
    /// those without a user.</summary>
    /// <param name="options">The options; the defaults if null.</param>
    /// <param name="cancellationToken">A token to cancel the operation. Completed repairs remain.</param>
    /// <returns>The pages with the drift found, which is repaired during the enumeration. The rebuild can be resumed after each page.</returns>
    /// <exception cref="InvalidContinuationTokenException">The token is damaged, or was created by another operation.</exception>
    /// <exception cref="UserStoreException">The tables cannot be read or written. Failures of single users are reported in the pages.</exception>
    /// <remarks>
    /// A user is written only if the guard is unchanged since before the user was read, so that no change is reverted. Changes made before are not
    /// applied afterwards. Costs a consistent scan of source, guards and target, three batch reads for each page of 100 items, and a transaction
    /// for each user with drift; a second one, and three reads for each user whose item must make room, if users have exchanged keys.
    /// </remarks>
    public IAsyncEnumerable<UserReplicationPage> RebuildAsync(
        UserReplicationWalkOptions? options = null, CancellationToken cancellationToken = default)
        => _walk.RunAsync((options ?? new UserReplicationWalkOptions()).Checked(), isRebuild: true, cancellationToken);

    /// <summary>Rebuilds the target for one user, such as one whose records failed permanently.</summary>
    /// <param name="key">The user, who need not exist.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The drift found, which is repaired unless <see cref="UserReplicationDrift.Failure"/> is set; <see langword="null"/> if there
    /// was none.</returns>
    /// <exception cref="InvalidUserException">The id is not valid.</exception>
    /// <exception cref="UserStoreException">The tables cannot be read or written.</exception>
    /// <remarks>Costs three consistent reads, and a transaction if there is drift; a second one, and three reads for each user whose item must
    /// make room, if users have exchanged keys.</remarks>
    public async Task<UserReplicationDrift?> RebuildUserAsync(UserKey key, CancellationToken cancellationToken = default)
    {
        _source.Model.Key.Check(key);
        return await _comparer.RepairAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reports the drift between source and target, and changes nothing.</summary>
    /// <param name="options">The options; the defaults if null.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The pages, compared during the enumeration. The comparison can be resumed after each page.</returns>
    /// <exception cref="InvalidContinuationTokenException">The token is damaged, or was created by another operation.</exception>
    /// <exception cref="UserStoreException">The tables cannot be read.</exception>
    /// <remarks>Each difference is read again consistently before it is reported. Changes that are not replicated yet are reported as drift. Costs
    /// a consistent scan of source, guards and target, three batch reads for each page of 100 items, and three reads for each
    /// difference.</remarks>
    public IAsyncEnumerable<UserReplicationPage> CompareAsync(
        UserReplicationWalkOptions? options = null, CancellationToken cancellationToken = default)
        => _walk.RunAsync((options ?? new UserReplicationWalkOptions()).Checked(), isRebuild: false, cancellationToken);

    /// <summary>Creates the missing tables of target and guards, and their missing indexes and time to live.</summary>
    /// <param name="cancellationToken">A token to cancel the wait; DynamoDB continues.</param>
    /// <returns>A task that completes when the tables are active.</returns>
    /// <exception cref="UserStoreSchemaException">A table or index exists with other keys.</exception>
    /// <exception cref="UserStoreUnavailableException">The wait exceeds <see cref="UserStoreOptions.TableCreationTimeout"/>.</exception>
    public async Task EnsureTablesAsync(CancellationToken cancellationToken = default)
    {
        foreach (TableSchema table in _schema.Written)
        {
            await new TableCreator(_source.Client, table, _source.Schema.Options.TableCreationTimeout, _source.Sender)
                .EnsureAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private long RemovedUntil() => (_source.Input.Now() + _retention).ToUnixTimeSeconds();
}
