using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users;

/// <summary>The users' table of one store, with what its operations share.</summary>
internal sealed class UserTable<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : User
{
    public UserTable(StoreConnection connection)
    {
        Client = connection.Client;
        Schema = new StoreSchema(UserModel.For<TUser>(), connection.Options);
        IDynamoDBContext context = connection.Context ?? UserContext.Create(Client, Schema);
        Items = new UserItems<TUser>(() => context, Schema.Model, Schema.Users.TableName);
        Input = new UserInput<TUser>(connection.Options, connection.Time, Items.ReadBack);
        QueryInput = new QueryInput<TUser>(connection.Options);
        Sender = new RequestSender(connection, Schema);
        Reader = new TableReader(Client);
        Users = [Schema.Users];
    }

    public IAmazonDynamoDB Client { get; }

    public UserInput<TUser> Input { get; }

    public QueryInput<TUser> QueryInput { get; }

    public StoreSchema Schema { get; }

    public UserItems<TUser> Items { get; }

    public RequestSender Sender { get; }

    public TableReader Reader { get; }

    /// <summary>Gets the users' table alone, as requests name their tables.</summary>
    public TableSchema[] Users { get; }

    public string TableName => Schema.Users.TableName;

    public UserModel Model => Input.Model;

    public UserKey KeyOf(TUser user) => Model.Key.Of(user);

    /// <summary>Returns the key of a user, or null if it is not valid.</summary>
    public UserKey? FindKey(TUser user) => Model.Key.FindValid(user);

    /// <summary>Maps an item that was read before.</summary>
    /// <exception cref="UserStoreSchemaException">The item cannot be read as <typeparamref name="TUser"/>.</exception>
    public TUser ToUser(StoredUser stored) => Items.FromItem(stored.Item);

    /// <summary>Maps one of many items, and reports it if it cannot be read and the options say so.</summary>
    /// <returns>The user, or why the item cannot be read.</returns>
    /// <exception cref="UserStoreSchemaException">The item cannot be read, and the options do not say to report it.</exception>
    public (TUser? User, UnreadableUser? Unreadable) ToUserOrReport(StoredUser stored)
    {
        try
        {
            return (ToUser(stored), null);
        }
        catch (UserStoreSchemaException failure) when (ReportsUnreadable)
        {
            return (null, Report(failure));
        }
    }

    /// <summary>Maps the result of a write, which was applied also if it cannot be read.</summary>
    /// <inheritdoc cref="ToUser" path="/exception"/>
    public TUser ToWrittenUser(StoredUser written) => Items.FromItem(written.Item, wasApplied: true);

    /// <summary>Gets a value indicating whether calls that read many users report an item that cannot be read, and continue.</summary>
    public bool ReportsUnreadable => Schema.Options.UnreadableUsers == UnreadableUsers.Report;

    /// <summary>Reports an item that cannot be read.</summary>
    public UnreadableUser Report(UserStoreSchemaException failure)
    {
        var unreadable = new UnreadableUser(failure.Key, failure.AttributeName, failure.UnreadableBecause!);
        UserLog.Unreadable(Sender.Logger, TableName, unreadable.Key, unreadable.AttributeName, unreadable.Error);
        Schema.Options.OnUnreadableUser?.Invoke(unreadable);
        return unreadable;
    }

    /// <summary>Reads a user who has not expired.</summary>
    public async Task<TUser?> FindAsync(StoreCall call, UserKey key, ReadConsistency consistency)
    {
        var stored = new StoredUser(await Reader.FindAsync(call, Schema.Users, Model.Key.ToItem(key), consistency).ConfigureAwait(false), Model);
        return stored.Exists(Input.Now()) ? ToUser(stored) : null;
    }

    /// <summary>Reads items by distinct keys, expired or not, and returns those that exist.</summary>
    public async Task<Dictionary<UserKey, Dictionary<string, AttributeValue>>> FindItemsAsync(
        StoreCall call, IReadOnlyCollection<UserKey> keys, ReadConsistency consistency)
    {
        var items = await Reader.FindManyAsync(call, Schema.Users, [.. keys.Select(Model.Key.ToItem)], consistency).ConfigureAwait(false);
        return items.ToDictionary(item => Model.Key.FindIn(item)!.Value);
    }

    /// <summary>Reads an item consistently, expired or not.</summary>
    public async Task<StoredUser> ReadAsync(StoreCall call, UserKey key)
        => new(await Reader.FindAsync(call, Schema.Users, Model.Key.ToItem(key)).ConfigureAwait(false), Model);

    /// <summary>Reads the item of a user that another program wrote, which has no usable version or no write id. Not every such user was read
    /// from the table, so only the item shows which email and version it has.</summary>
    /// <returns>The item; null for a user whose revision is known.</returns>
    /// <exception cref="UserConflictException">The user was changed since it was read.</exception>
    public async Task<StoredUser?> ReadUnversionedAsync(StoreCall call, TUser user)
    {
        if (user.WriteId is not null && user.Version is not null)
            return null;
        StoredUser stored = await ReadAsync(call, Model.Key.Of(user)).ConfigureAwait(false);
        DateTimeOffset now = Input.Now();
        return stored.Exists(now) && stored.IsRevisionOf(user) ? stored : throw stored.Conflict(user, now);
    }

    /// <summary>Reads whether a write was applied, and returns the user if it was.</summary>
    public async Task<StoredUser?> FindWrittenAsync(StoreCall call, UserKey key, string writeId)
    {
        StoredUser stored = await ReadAsync(call, key).ConfigureAwait(false);
        return stored.Revision.Remembers(writeId) ? stored : null;
    }

    /// <summary>Returns the item that failed a condition: the one that came with the failure, otherwise the one that is stored now.</summary>
    public async Task<StoredUser> ReadConflictingAsync(StoreCall call, UserKey key, ConditionFailure failure)
    {
        if (failure.Item is { Count: > 0 } returned) // not every server returns it
            return new StoredUser(returned, Model);
        try
        {
            return await ReadAsync(call, key).ConfigureAwait(false);
        }
        catch (Exception unread) when (failure.MayBeApplied && unread is not OperationCanceledException)
        {
            throw call.OutcomeUnknown(failure.Operation, Users, key, unread);
        }
    }

    /// <summary>Waits before a write that another one with a greater id has overtaken is sent again.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="stored">The item that overtook the write.</param>
    /// <param name="key">The user.</param>
    /// <param name="writeId">The id of the write.</param>
    /// <param name="failure">The failed condition.</param>
    /// <returns>The id with which to send it.</returns>
    /// <exception cref="UserStoreUnavailableException">The timeout of the call is reached.</exception>
    public async Task<string> NextWriteIdAsync(StoreCall call, StoredUser stored, UserKey key, string writeId, ConditionFailure failure)
    {
        await DelayOvertakenAsync(call, key, failure).ConfigureAwait(false);
        // Not ahead of the clock: the ids of a user that is deleted and recreated must be above these.
        return stored.Revision.IsAbove(writeId) ? Input.WriteIds.NextAbove(stored.Revision.WriteId, key) : writeId;
    }

    /// <summary>Waits before a user is written again that another writer changed in the meantime.</summary>
    /// <exception cref="UserStoreUnavailableException">The timeout of the call is reached.</exception>
    public async Task DelayOvertakenAsync(StoreCall call, UserKey key, ConditionFailure failure)
    {
        if (await call.TryDelayForOvertakenAsync(failure.Operation, Users).ConfigureAwait(false))
            return;
        throw new UserStoreUnavailableException(
            $"User '{key}' was changed by other writers during every attempt. Retry later.", failure.Exception)
        {
            Operation = failure.Operation,
            TableNames = [TableName],
        };
    }
}
