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
        Items = new UserItems<TUser>(() => Context!, UserModel.For<TUser>());
        Input = new UserInput<TUser>(connection.Options, connection.Time, Items.ReadBack);
        QueryInput = new QueryInput<TUser>(connection.Options);
        Schema = new StoreSchema(Input.Model, connection.Options);
        Context = connection.Context ?? UserContext.Create(Client, Schema);
        Sender = new RequestSender(connection, Schema);
        Reader = new TableReader(Client);
        Users = [Schema.Users];
    }

    public IAmazonDynamoDB Client { get; }

    public IDynamoDBContext Context { get; }

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

    public Dictionary<string, AttributeValue> KeyOf(string userId) => new() { [Model.Key.AttributeName] = new AttributeValue(userId) };

    /// <summary>Maps an item that was read before.</summary>
    /// <exception cref="UserStoreSchemaException">The item cannot be read as <typeparamref name="TUser"/>.</exception>
    public TUser ToUser(StoredUser stored)
    {
        try
        {
            return Items.FromItem(stored.Item);
        }
        catch (Exception failure) when (RequestFailure.IsUnreadable(failure))
        {
            throw Sender.Failures.Unreadable(Schema.Users, failure);
        }
    }

    /// <summary>Reads a user who has not expired, through the context.</summary>
    public async Task<TUser?> FindAsync(StoreCall call, string userId, ReadConsistency consistency)
    {
        var config = new LoadConfig
        {
            OverrideTableName = Schema.UsersTableWithoutPrefix,
            ConsistentRead = consistency == ReadConsistency.Strong,
        };
        TUser? user = await call.SendAsync(
            "GetItem", Users, token => Context.LoadAsync<TUser>(userId, config, token)).ConfigureAwait(false);
        return user is null || user.ExpiresAt <= Input.Now() ? null : UserItems<TUser>.AsRead(user);
    }

    /// <summary>Reads an item consistently, expired or not.</summary>
    public async Task<StoredUser> ReadAsync(StoreCall call, string userId)
        => new(await Reader.FindAsync(call, Schema.Users, KeyOf(userId)).ConfigureAwait(false), Model);

    /// <summary>Reads whether a write was applied, and returns the user if it was.</summary>
    public async Task<StoredUser?> FindWrittenAsync(StoreCall call, string userId, string writeId)
    {
        try
        {
            StoredUser stored = await ReadAsync(call, userId).ConfigureAwait(false);
            return stored.Revision.WasWrittenBy(writeId) ? stored : null;
        }
        catch (UserStoreException unread) when (unread.IsTransient)
        {
            return null; // the write is sent again, or its outcome is reported as unknown
        }
    }

    /// <summary>Returns the item that failed a condition: the one that came with the failure, otherwise the one that is stored now.</summary>
    public async Task<StoredUser> ReadConflictingAsync(StoreCall call, string userId, ConditionFailure failure)
        => failure.Item is { Count: > 0 } returned // not every server returns it
            ? new StoredUser(returned, Model)
            : await ReadAsync(call, userId).ConfigureAwait(false);
}
