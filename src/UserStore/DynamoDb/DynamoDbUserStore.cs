using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.Modeling;
using UserStore.Requests;

namespace UserStore.DynamoDb;

/// <summary>Keeps users in a DynamoDB table, through the SDK's <see cref="DynamoDBContext"/>.</summary>
/// <typeparam name="TUser"><see cref="User"/> or a record derived from it.</typeparam>
/// <remarks>
/// The context loads, saves and queries. Creates, patches and deletes go through the client with items that the context mapped, because the
/// context cannot say their conditions or return their items.
/// </remarks>
public class DynamoDbUserStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser> : IUserStore<TUser>
    where TUser : User
{
    // Somebody who changes a user between each read and delete is in a loop of their own.
    private const int MaxDeleteAttempts = 10;

    private readonly IAmazonDynamoDB _client;
    private readonly IDynamoDBContext _context;
    private readonly TableSchema _schema;
    private readonly UserRequests<TUser> _requests;
    private readonly UserItems<TUser> _items;
    private readonly RequestSender _sender;
    private readonly TableCreator _tables;
    private readonly DynamoDbPages<TUser> _pages;

    /// <summary>Initializes a new instance of the <see cref="DynamoDbUserStore{TUser}"/> class without dependency injection.</summary>
    /// <param name="client">The client, which stays the caller's to dispose.</param>
    /// <param name="options">The names and settings; not to be changed afterwards.</param>
    /// <param name="time">The clock; the system's if null.</param>
    /// <exception cref="InvalidOperationException">The attributes of <typeparamref name="TUser"/> do not make a table.</exception>
    public DynamoDbUserStore(IAmazonDynamoDB client, UserStoreOptions options, TimeProvider? time = null)
        : this(client, context: null, options, time ?? TimeProvider.System)
    {
    }

    internal DynamoDbUserStore(IAmazonDynamoDB client, IDynamoDBContext? context, UserStoreOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);

        _client = client;
        _requests = new UserRequests<TUser>(options, time);
        _schema = new TableSchema(_requests.Model, options);
        _context = context ?? UserContext.Create(client, _schema);
        _items = new UserItems<TUser>(() => _context, _requests.Model);
        _sender = new RequestSender(client, _schema);
        _tables = new TableCreator(client, _schema, _sender, time);
        _pages = new DynamoDbPages<TUser>(_context, _schema, _requests, _sender);
    }

    private UserModel Model => _requests.Model;

    /// <inheritdoc/>
    public Task EnsureTablesAsync(CancellationToken cancellationToken = default) => _tables.EnsureAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<TUser> CreateAsync(TUser user, CancellationToken cancellationToken = default)
    {
        TUser created = _requests.PrepareCreate(user);
        var writer = new ExpressionWriter();
        var request = new PutItemRequest
        {
            TableName = _schema.TableName,
            Item = _items.ToItem(created),
            ConditionExpression = $"attribute_not_exists({writer.Name(Model.Key)}) OR {writer.Expired(Model, created.UpdatedAt)}",
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
        };
        try
        {
            await _sender.SendAsync("PutItem", token => _client.PutItemAsync(request, token), cancellationToken).ConfigureAwait(false);
            return created;
        }
        catch (ConditionalCheckFailedException failure)
        {
            throw new UserAlreadyExistsException(created.UserId, failure);
        }
    }

    /// <inheritdoc/>
    public async Task<TUser?> FindAsync(
        string userId, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default)
    {
        UserRequests<TUser>.CheckId(userId);
        UserRequests<TUser>.CheckConsistency(consistency);

        var config = new LoadConfig
        {
            OverrideTableName = _schema.NameWithoutPrefix,
            ConsistentRead = consistency == ReadConsistency.Strong,
        };
        TUser? user = await _sender.SendAsync(
            "GetItem", token => _context.LoadAsync<TUser>(userId, config, token), cancellationToken).ConfigureAwait(false);
        return user is null || user.ExpiresAt <= _requests.Now() ? null : user;
    }

    /// <inheritdoc/>
    public async Task<TUser> GetAsync(
        string userId, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default)
        => await FindAsync(userId, consistency, cancellationToken).ConfigureAwait(false) ?? throw new UserNotFoundException(userId);

    /// <inheritdoc/>
    public async Task<TUser?> FindByEmailAsync(
        string email, ReadConsistency consistency = ReadConsistency.Eventual, CancellationToken cancellationToken = default)
    {
        UserRequests<TUser>.CheckEmailConsistency(consistency);

        TUser? newest = null;
        await foreach (TUser user in _pages.Of(_requests.PrepareEmailQuery(email)).ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (newest is null || user.UpdatedAt > newest.UpdatedAt)
                newest = user;
        }

        return newest;
    }

    /// <inheritdoc/>
    public async Task<TUser> UpdateAsync(TUser user, CancellationToken cancellationToken = default)
    {
        TUser next = _requests.PrepareReplacement(user);
        _items.Check(next);
        var config = new SaveConfig
        {
            OverrideTableName = _schema.NameWithoutPrefix,
            SkipVersionCheck = true, // the SDK's check knows the version only; ours knows the whole revision
            ConditionalExpression = RevisionCondition.ForSave(user, next.UpdatedAt),
        };
        try
        {
            return await _sender.SendAsync("UpdateItem", async token =>
            {
                await _context.SaveAsync(next, config, token).ConfigureAwait(false);
                return next;
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (ConditionalCheckFailedException failure)
        {
            StoredRevision stored = await ReadRevisionAsync(user.UserId, cancellationToken).ConfigureAwait(false);
            throw new UserConflictException(user.UserId, user.Version, stored.Version, !stored.Exists, failure);
        }
    }

    /// <inheritdoc/>
    public async Task<TUser> UpdateAsync(string userId, UserPatch<TUser> patch, CancellationToken cancellationToken = default)
    {
        PreparedPatch prepared = _requests.PreparePatch(userId, patch);
        UpdateItemRequest request = PatchExpression.ToRequest(prepared, _items.MapChanges(prepared.Changes), _schema);
        try
        {
            return await _sender.SendAsync(
                "UpdateItem",
                async token => _items.FromItem((await _client.UpdateItemAsync(request, token).ConfigureAwait(false)).Attributes),
                cancellationToken,
                async refusal => PatchRefusal.Explain(
                    prepared, await ReadItemAsync(userId, cancellationToken).ConfigureAwait(false) ?? [], refusal)).ConfigureAwait(false);
        }
        catch (ConditionalCheckFailedException failure)
        {
            // Not every server returns the item with the failure.
            Dictionary<string, AttributeValue>? item = failure.Item is { Count: > 0 }
                ? failure.Item
                : await ReadItemAsync(userId, cancellationToken).ConfigureAwait(false);
            throw PatchRefusal.Explain(prepared, item, Model, failure);
        }
    }

    /// <inheritdoc/>
    public async Task<TUser?> DeleteAsync(string userId, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        TUser? user = null;
        ConditionalCheckFailedException? failure = null;
        for (int attempt = 0; attempt < MaxDeleteAttempts; attempt++)
        {
            user = await FindAsync(userId, ReadConsistency.Strong, cancellationToken).ConfigureAwait(false);
            if (user is null)
                return null;
            if (expectedVersion is not null && user.Version != expectedVersion)
                throw new UserConflictException(userId, expectedVersion, user.Version, innerException: failure);

            DeleteItemRequest request = ToDeleteRequest(user);
            try
            {
                await _sender.SendAsync(
                    "DeleteItem", token => _client.DeleteItemAsync(request, token), cancellationToken).ConfigureAwait(false);
                return user;
            }
            catch (ConditionalCheckFailedException changed)
            {
                failure = changed;
            }
        }

        throw new UserConflictException(userId, user!.Version, user.Version, innerException: failure);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<TUser> QueryAsync(UserQuery<TUser> query, CancellationToken cancellationToken = default)
        => _pages.Of(_requests.PrepareQuery(query)).ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<UserPage<TUser>> QueryPageAsync(
        UserQuery<TUser> query, string? continuationToken = null, CancellationToken cancellationToken = default)
        => await _pages.Of(_requests.PrepareQuery(query)).ReadPageAsync(continuationToken, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public IAsyncEnumerable<TUser> QueryByStatusAsync(
        string status,
        int? limit = null,
        QueryDirection direction = QueryDirection.Ascending,
        CancellationToken cancellationToken = default)
        => _pages.Of(_requests.PrepareStatusQuery(status, limit, direction)).ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<TUser> QueryByEmailAsync(string email, CancellationToken cancellationToken = default)
        => _pages.Of(_requests.PrepareEmailQuery(email)).ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<TUser> ListAsync(UserListOptions? options = null, CancellationToken cancellationToken = default)
        => _pages.Of(options).ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<UserPage<TUser>> ListPageAsync(
        UserListOptions? options = null, string? continuationToken = null, CancellationToken cancellationToken = default)
        => await _pages.Of(options).ReadPageAsync(continuationToken, cancellationToken).ConfigureAwait(false);

    private DeleteItemRequest ToDeleteRequest(TUser user)
    {
        var writer = new ExpressionWriter();
        return new DeleteItemRequest
        {
            TableName = _schema.TableName,
            Key = KeyOf(user.UserId),
            ConditionExpression = RevisionCondition.Write(user, Model, writer),
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
        };
    }

    private Dictionary<string, AttributeValue> KeyOf(string userId) => new() { [Model.Key.AttributeName] = new AttributeValue(userId) };

    private async Task<StoredRevision> ReadRevisionAsync(string userId, CancellationToken cancellationToken)
        => StoredRevision.Of(await ReadItemAsync(userId, cancellationToken).ConfigureAwait(false), Model, _requests.Now());

    private async Task<Dictionary<string, AttributeValue>?> ReadItemAsync(string userId, CancellationToken cancellationToken)
    {
        var request = new GetItemRequest { TableName = _schema.TableName, Key = KeyOf(userId), ConsistentRead = true };
        GetItemResponse response = await _sender.SendAsync(
            "GetItem", token => _client.GetItemAsync(request, token), cancellationToken).ConfigureAwait(false);
        return response.Item;
    }
}

/// <summary>Keeps users without fields of a service's own in a DynamoDB table.</summary>
public sealed class DynamoDbUserStore : DynamoDbUserStore<User>, IUserStore
{
    /// <summary>Initializes a new instance of the <see cref="DynamoDbUserStore"/> class without dependency injection.</summary>
    /// <param name="client">The client, which stays the caller's to dispose.</param>
    /// <param name="options">The names and settings; not to be changed afterwards.</param>
    /// <param name="time">The clock; the system's if null.</param>
    public DynamoDbUserStore(IAmazonDynamoDB client, UserStoreOptions options, TimeProvider? time = null)
        : base(client, options, time)
    {
    }

    internal DynamoDbUserStore(IAmazonDynamoDB client, IDynamoDBContext? context, UserStoreOptions options, TimeProvider time)
        : base(client, context, options, time)
    {
    }
}
