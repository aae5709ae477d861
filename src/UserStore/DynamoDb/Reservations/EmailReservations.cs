using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Reservations;

/// <summary>
/// The table that says which user has which email. A reservation is valid only while its holder exists, has not expired and has that email;
/// every other one is as good as none.
/// </summary>
/// <remarks>The conditions of these actions are what keeps races right.</remarks>
internal sealed class EmailReservations<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> users, TableSchema table)
    where TUser : User
{
    // Somebody who moves an email between each two reads is in a loop of their own.
    private const int MaxReads = 10;

    private readonly TableSchema[] _tables = [table];

    private UserModel Model => users.Model;

    private MappedProperty Holder => Model.Key;

    /// <summary>Reserves an email that is free, or the user's already.</summary>
    public TransactWriteItem Acquire(string email, string userId)
    {
        var writer = new ExpressionWriter();
        return Put(email, userId, FreeOrHeldBy(userId, writer), writer);
    }

    /// <summary>Takes a reservation from a holder that has no right to it; goes with <see cref="RuleOut"/>.</summary>
    public TransactWriteItem TakeOver(string email, string userId, string ownerUserId)
    {
        var writer = new ExpressionWriter();
        return Put(email, userId, HeldBy(ownerUserId, writer), writer);
    }

    /// <summary>
    /// Makes sure that a holder has no right to an email, when it is written. An expired one is deleted, so that a slow clock cannot revive
    /// it.
    /// </summary>
    public TransactWriteItem RuleOut(string ownerUserId, StoredUser holder, string email)
    {
        DateTimeOffset now = users.Requests.Now();
        var writer = new ExpressionWriter();
        if (holder.IsExpired(now) && users.Requests.ReservationOf(holder.Email) == email)
        {
            return new TransactWriteItem
            {
                Delete = new Delete
                {
                    TableName = users.TableName,
                    Key = users.KeyOf(ownerUserId),
                    ConditionExpression = $"{writer.Expired(Model, now)} AND {RevisionCondition.SameEmail(holder.Email, Model, writer)}",
                    ExpressionAttributeNames = writer.Names,
                    ExpressionAttributeValues = writer.Values,
                },
            };
        }

        return new TransactWriteItem
        {
            ConditionCheck = new ConditionCheck
            {
                TableName = users.TableName,
                Key = users.KeyOf(ownerUserId),
                ConditionExpression = $"attribute_not_exists({writer.Name(Model.Key)}) OR "
                    + $"{writer.Name(Model[nameof(User.Email)])} <> {writer.Value(new Primitive(email))}",
                ExpressionAttributeNames = writer.Names,
                ExpressionAttributeValues = writer.Values,
            },
        };
    }

    /// <summary>Frees an email that the user had.</summary>
    public TransactWriteItem Release(string email, string userId)
    {
        var writer = new ExpressionWriter();
        return Delete(email, FreeOrHeldBy(userId, writer), writer);
    }

    /// <summary>Frees an email that its holder has no right to; goes with <see cref="RuleOut"/>.</summary>
    public TransactWriteItem Withdraw(string email, string ownerUserId)
    {
        var writer = new ExpressionWriter();
        return Delete(email, HeldBy(ownerUserId, writer), writer);
    }

    /// <summary>Tells whether a user has a right to the reservation of an email.</summary>
    public bool IsValidOwner(StoredUser holder, string email)
        => holder.Exists(users.Requests.Now()) && users.Requests.ReservationOf(holder.Email) == email;

    /// <summary>Reads consistently for whom an email is reserved, if for anybody.</summary>
    public async Task<string?> FindOwnerUserIdAsync(StoreCall call, string email)
    {
        var request = new GetItemRequest { TableName = table.TableName, Key = KeyOf(email), ConsistentRead = true };
        GetItemResponse response = await call.SendAsync(
            "GetItem", _tables, token => users.Client.GetItemAsync(request, token)).ConfigureAwait(false);
        return OwnerIn(response.Item);
    }

    /// <summary>Reads a user and for whom an email is reserved, both as they are at one moment.</summary>
    public async Task<(StoredUser User, string? OwnerUserId)> ReadBothAsync(StoreCall call, string userId, string email)
    {
        var request = new TransactGetItemsRequest
        {
            TransactItems =
            [
                new TransactGetItem { Get = new Get { TableName = users.TableName, Key = users.KeyOf(userId) } },
                new TransactGetItem { Get = new Get { TableName = table.TableName, Key = KeyOf(email) } },
            ],
        };
        TransactGetItemsResponse response = await call.SendAsync(
            "TransactGetItems", users.Schema.Tables, token => users.Client.TransactGetItemsAsync(request, token)).ConfigureAwait(false);
        return (new StoredUser(response.Responses[0].Item, Model), OwnerIn(response.Responses[1].Item));
    }

    /// <summary>Returns for whom an item of the table reserves its email.</summary>
    public string? OwnerIn(Dictionary<string, AttributeValue>? item) => item?.GetValueOrDefault(Holder.AttributeName)?.S;

    /// <summary>Finds the user with an email, consistently.</summary>
    public async Task<TUser?> FindUserAsync(StoreCall call, string email)
    {
        string? ownerUserId = await FindOwnerUserIdAsync(call, email).ConfigureAwait(false);
        for (int reads = 1; ownerUserId is not null; reads++)
        {
            TUser? user = await users.FindAsync(call, ownerUserId, ReadConsistency.Strong).ConfigureAwait(false);
            if (user is not null && users.Requests.ReservationOf(user.Email) == email)
                return user;

            // Between the two reads the email may have moved on to somebody else.
            string? before = ownerUserId;
            ownerUserId = await FindOwnerUserIdAsync(call, email).ConfigureAwait(false);
            if (ownerUserId == before)
                return null;
            if (reads == MaxReads)
            {
                throw new UserStoreUnavailableException(
                    $"The reservation in table '{table.TableName}' changed hands at each of {MaxReads} reads. Try again.");
            }
        }

        return null;
    }

    private Dictionary<string, AttributeValue> KeyOf(string email) => new() { [table.Key.AttributeName] = new AttributeValue(email) };

    private string FreeOrHeldBy(string userId, ExpressionWriter writer)
        => $"attribute_not_exists({writer.Name(table.Key.AttributeName)}) OR {HeldBy(userId, writer)}";

    private string HeldBy(string userId, ExpressionWriter writer) => $"{writer.Name(Holder)} = {writer.Value(new Primitive(userId))}";

    private TransactWriteItem Put(string email, string userId, string condition, ExpressionWriter writer)
    {
        Dictionary<string, AttributeValue> item = KeyOf(email);
        item.Add(Holder.AttributeName, new AttributeValue(userId));
        return new TransactWriteItem
        {
            Put = new Put
            {
                TableName = table.TableName,
                Item = item,
                ConditionExpression = condition,
                ExpressionAttributeNames = writer.Names,
                ExpressionAttributeValues = writer.Values,
                ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
            },
        };
    }

    private TransactWriteItem Delete(string email, string condition, ExpressionWriter writer) => new()
    {
        Delete = new Delete
        {
            TableName = table.TableName,
            Key = KeyOf(email),
            ConditionExpression = condition,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
        },
    };
}
