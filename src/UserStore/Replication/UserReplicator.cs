using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using UserStore.DynamoDb.Provisioning;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Preparation;
using UserStore.Replication.Comparing;
using UserStore.Replication.Targets;

namespace UserStore.Replication;

/// <summary>Keeps a projection of each user in a target table, change by change.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <typeparam name="TView">The annotated type of the target's items, with a key of one or two parts.</typeparam>
/// <remarks>
/// Each change is one transaction: the user's guard moves forward, the former item goes, the new one comes. So records that come twice or
/// late are harmless, and a user has never two items. A user whose guard is not where the change says, as after a rebuild, takes a second
/// transaction. Items carry the id of their user in <c>source_user_id</c>; those of another user are never overwritten. Safe for concurrent
/// use, in any number of processes.
/// </remarks>
public sealed class UserReplicator<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView> : IUserChangeHandler<TUser>
    where TUser : User
    where TView : class
{
    private readonly UserTable<TUser> _source;
    private readonly ReplicationSchema _schema;
    private readonly Projector<TUser, TView> _projector;
    private readonly TargetWriter _writer;
    private readonly TimeSpan _retention;
    private readonly ReplicationComparer<TUser, TView> _inspector;
    private readonly ReplicationWalk<TUser, TView> _walk;

    /// <summary>Initializes a new instance of the <see cref="UserReplicator{TUser, TView}"/> class without dependency injection.</summary>
    /// <param name="client">The client, which stays the caller's to dispose.</param>
    /// <param name="storeOptions">The options of the store that is the source; not to be changed afterwards.</param>
    /// <param name="projection">Says which item a user becomes.</param>
    /// <param name="options">Where to; the defaults if null.</param>
    /// <param name="timeProvider">The clock; the system's if null.</param>
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
        if (ReplicationSchema.Problems(_source.Schema, ViewModel.For<TView>(), options).FirstOrDefault() is { } problem)
            throw new ArgumentException(problem, nameof(options));
        _schema = new ReplicationSchema(_source.Schema, ViewModel.For<TView>(), options);
        _projector = new Projector<TUser, TView>(projection, _schema);
        _writer = new TargetWriter(client, _schema);
        _retention = options.RemovedUserRetention;
        _inspector = new ReplicationComparer<TUser, TView>(_source, _schema, _projector, _writer, RemovedUntil);
        _walk = new ReplicationWalk<TUser, TView>(_source, _schema, _inspector, _writer);
    }

    /// <summary>Brings the target up to a change, unless it has seen that change or a later one of the same user.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Abandons the call. A write already sent may still take effect, which does not matter.</param>
    /// <returns>A task that completes when it is in the target.</returns>
    /// <exception cref="UserProjectionException">The projection failed, or makes an item that the target cannot hold.</exception>
    /// <exception cref="UserStoreException">The tables cannot be written; <see cref="UserStoreException.IsTransient"/> says whether to try
    /// again.</exception>
    /// <remarks>Costs a transaction of two items, three when the key changes; where the guard is not as the change says, one or two requests
    /// more.</remarks>
    public async Task HandleAsync(UserChange<TUser> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        string number = Guard.Pad(change.SequenceNumber);
        TargetItem? item = change.NewUser is null ? null : _projector.Project(change.NewUser);
        var next = new Guard(change.UserId, number, item?.Key, change.NewUser is null ? RemovedUntil() : null);
        Dictionary<string, AttributeValue>? formerKey = _projector.GuessKey(change.OldUser);

        StoreCall call = _source.Sender.Begin(cancellationToken);
        for (int round = 1; ; round++)
        {
            GuardRefusal? refusal = await _writer.WriteAsync(
                call, next, GuardCondition.IsBefore(number, formerKey), item, [formerKey]).ConfigureAwait(false);
            if (refusal is null)
                return;
            Guard? guard = refusal.Guard ?? await _inspector.ReadGuardAsync(call, change.UserId).ConfigureAwait(false);
            if (guard?.HasSeen(number) == true)
                return;
            formerKey = guard?.TargetKey;

            // The second round acts upon what the first found; a third one means that others write at the same time.
            if (round > 1 && !await call.TryDelayAsync().ConfigureAwait(false))
            {
                throw new UserStoreUnavailableException(
                    $"Change '{change.SequenceNumber}' of user '{change.UserId}' could not be written, because others kept changing its guard. Try again.",
                    refusal.Failure);
            }
        }
    }

    /// <summary>Makes the target what the source says, while changes go on arriving: fills it, corrects it, and removes what no user is the
    /// source of.</summary>
    /// <param name="options">How; the defaults if null.</param>
    /// <param name="cancellationToken">Ends it. What was mended stays so.</param>
    /// <returns>The pages, mended while they are enumerated, with what was found; it can be resumed after each.</returns>
    /// <exception cref="InvalidContinuationTokenException">The checkpoint is damaged or was made by something else.</exception>
    /// <exception cref="UserStoreException">The tables cannot be read or written; what concerns one user only is told in the pages.</exception>
    /// <remarks>
    /// A user is written only if the guard is as it was before the user was read, so that no change is undone. Costs a consistent scan of
    /// source, guards and target, three batch reads for each page of 100 items, and a transaction for each user that is not in order.
    /// </remarks>
    public IAsyncEnumerable<UserReplicationPage> RebuildAsync(
        UserReplicationWalkOptions? options = null, CancellationToken cancellationToken = default)
        => _walk.RunAsync((options ?? new UserReplicationWalkOptions()).Checked(), isRebuild: true, cancellationToken);

    /// <summary>Makes the target what the source says of one user, such as one whose records were given up.</summary>
    /// <param name="userId">The user, who need not exist.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>What was not in order, and is now where no failure is told; <see langword="null"/> when all was.</returns>
    /// <exception cref="InvalidUserException">The id is no id.</exception>
    /// <exception cref="UserStoreException">The tables cannot be read or written.</exception>
    /// <remarks>Costs three consistent reads, and a transaction if something is not in order.</remarks>
    public async Task<UserReplicationDrift?> RebuildUserAsync(string userId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(userId);
        UserInput<TUser>.CheckId(userId);
        ReplicationState situation = await _inspector.LookAsync(_source.Sender.Begin(cancellationToken), userId).ConfigureAwait(false);
        return await _inspector.MendAsync(situation, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells the drift between source and target, and changes nothing.</summary>
    /// <param name="options">How; the defaults if null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The pages, compared while they are enumerated; it can be resumed after each.</returns>
    /// <exception cref="InvalidContinuationTokenException">The checkpoint is damaged or was made by something else.</exception>
    /// <exception cref="UserStoreException">The tables cannot be read.</exception>
    /// <remarks>Each difference was read again consistently before it is told; changes that are still on their way are drift as well. Costs a
    /// consistent scan of source, guards and target, three batch reads for each page of 100 items, and three reads for each
    /// difference.</remarks>
    public IAsyncEnumerable<UserReplicationPage> CompareAsync(
        UserReplicationWalkOptions? options = null, CancellationToken cancellationToken = default)
        => _walk.RunAsync((options ?? new UserReplicationWalkOptions()).Checked(), isRebuild: false, cancellationToken);

    /// <summary>Creates the tables of target and guards with their indexes and time to live, as far as they are missing.</summary>
    /// <param name="cancellationToken">Ends the wait; DynamoDB goes on.</param>
    /// <returns>A task that completes when they can be used.</returns>
    /// <exception cref="UserStoreSchemaException">A table or index is there with other keys.</exception>
    /// <exception cref="UserStoreUnavailableException">It takes longer than <see cref="UserStoreOptions.TableCreationTimeout"/>.</exception>
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
