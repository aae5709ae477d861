using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Tombstones;
using UserStore.DynamoDb.Users.Generated;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users;

/// <summary>The users' table of one store, with what its operations share.</summary>
internal sealed partial class UserTable<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>
    where TUser : class
{
    private readonly SelectedMapping<TUser> _mapping;

    public UserTable(StoreConnection connection)
    {
        Client = connection.Client;
        Schema = new StoreSchema(UserModel.For<TUser>(connection.Options), connection.Options);
        _mapping = SelectedMapping<TUser>.For(connection, Schema.Model);
        Lazy<IDynamoDBContext> context = new(() => connection.Context?.Invoke() ?? UserContext.Create(Client, Schema));
        Items = new UserItems<TUser>(() => context.Value, Schema.Model, Schema.Users.TableName, _mapping.Generated);
        Input = new UserInput<TUser>(Schema.Model, connection.Options, connection.Time, Items.ReadBack);
        QueryInput = new QueryInput<TUser>(Schema.Model, connection.Options);
        Requests = _mapping.Generated is { } generated
            ? new GeneratedRequests<TUser>((UserStoreClient)Client, generated, Items, Schema)
            : new ContextRequests<TUser>(Client, Items, Schema);
        Sender = new RequestSender(connection, Schema);
        Reader = new TableReader(Client);
        Tombstones = TombstoneTable.Of(Schema, Reader, connection.Time);
        Encryption = UserEncryption.Of(Schema, Input.UniqueValues, Reader, connection.Time);
        Users = [Schema.Users];
    }

    public IAmazonDynamoDB Client { get; }

    public UserInput<TUser> Input { get; }

    public QueryInput<TUser> QueryInput { get; }

    public StoreSchema Schema { get; }

    public UserItems<TUser> Items { get; }

    /// <summary>Gets the requests about users, with whatever maps them.</summary>
    public UserRequests<TUser> Requests { get; }

    public RequestSender Sender { get; }

    public TableReader Reader { get; }

    /// <summary>Gets the tombstones of erased users; null if the options do not permit erasure.</summary>
    public TombstoneTable? Tombstones { get; }

    /// <summary>Gets the users' table alone, as requests name their tables.</summary>
    public TableSchema[] Users { get; }

    public string TableName => Schema.Users.TableName;

    public UserModel Model => Schema.Model;

    /// <summary>Returns the key of a user, or null if it is not valid.</summary>
    public UserKey? FindKey(TUser user) => Model.Key.FindValid(user);

    /// <summary>Maps an item that was read before.</summary>
    /// <exception cref="UserStoreSchemaException">The item cannot be read as <typeparamref name="TUser"/>.</exception>
    public TUser ToUser(StoredUser stored) => Model.Key.HasOneForm || stored.Key is not null
        ? Items.FromItem(stored)
        : throw Items.UnusableKey(stored.Item);

    /// <inheritdoc cref="ToUser(StoredUser)"/>
    public TUser ToUser(ReadItem<TUser> item) => item.User ?? ToUser(new StoredUser(item.Item, Model) { Cipher = item.Cipher });

    /// <summary>Returns whether an item is a user that has not expired.</summary>
    public bool Exists(ReadItem<TUser> item, DateTimeOffset now) => item.User is null
        ? new StoredUser(item.Item, Model).Exists(now)
        : !(item.ExpiresAt <= now.ToUnixTimeSeconds());

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
    /// <inheritdoc cref="ToUser(StoredUser)" path="/exception"/>
    public TUser ToWrittenUser(StoredUser written) => Items.FromItem(written.Released with { Cipher = written.Cipher }, wasApplied: true);

    /// <inheritdoc cref="ToWrittenUser(StoredUser)"/>
    public TUser ToWrittenUser(ReadItem<TUser> written)
        => written.User ?? ToWrittenUser(new StoredUser(written.Item, Model) { Cipher = written.Cipher });

    /// <summary>Gets a value indicating whether calls that read many users report an item that cannot be read, and continue.</summary>
    public bool ReportsUnreadable => Schema.Options.UnreadableUsers == UnreadableUsers.Report;

    /// <summary>Reports an item whose key is none of the type, or is stored in another form.</summary>
    /// <exception cref="UserStoreSchemaException">The options do not say to report it.</exception>
    public void ReportUnusableKey(StoredUser stored)
    {
        UserStoreSchemaException failure = Items.UnusableKey(stored.Item);
        if (!ReportsUnreadable)
            throw failure;
        Report(failure);
    }

    /// <summary>Logs what maps the users, if the options ask for the generated mapping.</summary>
    public void LogMapping()
    {
        if (_mapping.Problem is { } problem)
            UserLog.ContextInstead(Sender.Logger, Model.UserType.Name, TableName, problem);
        else if (_mapping.Generated is not null)
            UserLog.GeneratedMapping(Sender.Logger, Model.UserType.Name, TableName);
    }

    /// <summary>Reports an item that cannot be read.</summary>
    public UnreadableUser Report(UserStoreSchemaException failure)
    {
        var unreadable = new UnreadableUser(failure.Key, failure.AttributeName, failure.UnreadableBecause!);
        UserLog.Unreadable(Sender.Logger, TableName, unreadable.Key, unreadable.AttributeName, unreadable.Error);
        Schema.Options.OnUnreadableUser?.Invoke(unreadable);
        return unreadable;
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

    /// <summary>Reads the item of a user whose revision, or what it holds, is not known.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="key">The key of the user.</param>
    /// <param name="user">The user, with the version that it replaces.</param>
    /// <param name="known">What is known of the stored user; null for nothing, so that the item is compared with the user itself.</param>
    /// <exception cref="UserConflictException">The user was changed since it was read.</exception>
    public async Task<StoredUser> ReadExpectedAsync(StoreCall call, UserKey key, TUser user, UserRevision? known)
    {
        StoredUser stored = await ReadAsync(call, key).ConfigureAwait(false);
        DateTimeOffset now = Input.Now();
        long? version = Input.Roles.VersionOf(user);
        bool isExpected = stored.Exists(now) && stored.Revision.Version == version
            && (known is null ? IsBornWhen(user, stored) : stored.Revision.WriteId == known.WriteId
                && ItemRevision.FingerprintOf(stored.Item, Model) == known.Content);
        return isExpected ? stored : throw stored.Conflict(key, version, now);
    }

    /// <summary>Returns what a stored user reserves: its values that can be reserved, in the order of the model.</summary>
    public IReadOnlyList<ReservedValue> ReservedIn(StoredUser stored) => Input.UniqueValues.ReservedIn(stored.ScalarOf);

    public IReadOnlyList<ReservedValue> ReservedIn(StoredUser stored, UniqueValue unique) => Input.UniqueValues.ReservedIn(unique, stored.ScalarOf);

    /// <summary>Returns whether a stored user has a value that cannot be reserved.</summary>
    /// <param name="stored">The user.</param>
    /// <param name="unique">The property.</param>
    /// <param name="value">The value, if it is a string.</param>
    public bool HasInvalid(StoredUser stored, UniqueValue unique, out string? value)
    {
        value = null;
        if (!stored.HasValue(unique.Property))
            return false;
        if (stored.ScalarOf(unique.Property) is not { } scalar)
            return true;
        if (scalar.Kind == ScalarKind.Hashes)
            return false; // the store encrypts what it has normalized
        value = scalar.Kind == unique.Kind
            ? scalar.Strings().FirstOrDefault(one => Input.UniqueValues.Normalizer.Normalize(unique, one, out _) is not null)
            : scalar.Text;
        return value is not null;
    }

    /// <summary>Returns an item with the key, the unique values and their scopes that a user is known to hold.</summary>
    public StoredUser Holding(UserKey key, HeldValues values)
    {
        Dictionary<string, AttributeValue> item = Model.Key.ToItem(key);
        for (int i = 0; i < Model.ReservedProperties.Count && i < values.Count; i++)
        {
            if (values[i] is { } text)
                item[Model.ReservedProperties[i].AttributeName] = UserRoleValues.ScalarOf(Model.ReservedProperties[i], text).ToAttribute();
        }

        return new StoredUser(item, Model);
    }

    /// <summary>Accepts a user that still has the unique values, and their scopes, that were read.</summary>
    public void AndSameValues(ExpressionWriter writer, StoredUser read, IReadOnlyList<UniqueValue> values)
    {
        IReadOnlyList<MappedProperty> properties = Model.ReservedProperties;
        for (int i = 0; i < properties.Count; i++)
        {
            if (IsReservedBy(values, properties[i]))
                writer.AndSame(properties[i], read.Item.GetValueOrDefault(properties[i].AttributeName));
        }
    }

    /// <summary>Accepts a user that has the unique values, and their scopes, that it is known to hold.</summary>
    public void AndSameValues(ExpressionWriter writer, HeldValues held)
    {
        IReadOnlyList<MappedProperty> properties = Model.ReservedProperties;
        for (int i = 0; i < properties.Count; i++)
        {
            if (!IsReservedBy(Model.UniqueValues, properties[i]))
                continue;
            if (held[i] is { } text && !properties[i].IsEncrypted)
                writer.And($"{writer.Name(properties[i])} = {writer.Value(UserRoleValues.ScalarOf(properties[i], text))}");
            else
                writer.AndSame(properties[i], held[i] is { } hashes ? UserRoleValues.ScalarOf(properties[i], hashes).ToAttribute() : null);
        }
    }

    private bool IsReservedBy(IReadOnlyList<UniqueValue> values, MappedProperty property)
    {
        for (int i = 0; i < values.Count; i++)
        {
            if ((values[i].Property == property || values[i].Scope == property) && values[i].IsReservedBy(Schema.Options))
                return true;
        }

        return false;
    }

    // A user that was deleted and recreated can have the same version.
    private bool IsBornWhen(TUser user, StoredUser stored)
        => Model.CreatedAt is not { } property || Equals(property.GetValue(user), property.GetValue(Items.FromItem(stored, omitsErased: true)));

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
