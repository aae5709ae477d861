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
/// The table of reservations: which user owns which email. A reservation is valid only while its owner exists, has not expired and has that
/// email; any other counts as absent.
/// </summary>
/// <remarks>The conditions of these actions decide races.</remarks>
internal sealed class EmailReservations<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> users, TableSchema table)
    where TUser : User
{
    // A caller that moves an email between every two reads is in a loop.
    private const int MaxReads = 10;

    private UserModel Model => users.Model;

    private string Owner => Model.Key.PartitionKey.AttributeName;

    /// <summary>Reserves an email that is free, or that the user owns already.</summary>
    public TransactWriteItem Acquire(string email, UserKey key)
    {
        var writer = new ExpressionWriter();
        return Put(email, key, FreeOrOwnedBy(key, writer), writer);
    }

    /// <summary>Takes a reservation from an owner that is not valid; used together with <see cref="RuleOut"/>.</summary>
    public TransactWriteItem TakeOver(string email, UserKey key, UserKey ownerKey)
    {
        var writer = new ExpressionWriter();
        return Put(email, key, OwnedBy(ownerKey, writer), writer);
    }

    /// <summary>
    /// Ensures that an owner is still not valid when the transaction is applied. An expired one is deleted, so that a slow clock cannot
    /// revive it.
    /// </summary>
    public TransactWriteItem RuleOut(UserKey ownerKey, StoredUser owner, string email)
    {
        DateTimeOffset now = users.Input.Now();
        var writer = new ExpressionWriter();
        if (owner.IsExpired(now) && users.Input.ReservationOf(owner.Email) == email)
        {
            return new TransactWriteItem
            {
                Delete = new Delete
                {
                    TableName = users.TableName,
                    Key = users.Model.Key.ToItem(ownerKey),
                    ConditionExpression = $"{writer.Expired(Model, now)} AND {writer.SameEmail(Model, owner.Email)}",
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
                Key = users.Model.Key.ToItem(ownerKey),
                ConditionExpression = $"{writer.Absent(Model)} OR "
                    + $"{writer.Name(Model[nameof(User.Email)])} <> {writer.Value(new Primitive(email))}",
                ExpressionAttributeNames = writer.Names,
                ExpressionAttributeValues = writer.Values,
            },
        };
    }

    /// <summary>Releases an email that the user had.</summary>
    public TransactWriteItem Release(string email, UserKey key)
    {
        var writer = new ExpressionWriter();
        return Delete(email, FreeOrOwnedBy(key, writer), writer);
    }

    /// <summary>Releases an email whose owner is not valid; used together with <see cref="RuleOut"/>.</summary>
    public TransactWriteItem Withdraw(string email, UserKey ownerKey)
    {
        var writer = new ExpressionWriter();
        return Delete(email, OwnedBy(ownerKey, writer), writer);
    }

    /// <summary>Returns whether a user is the valid owner of a reserved email.</summary>
    public bool IsValidOwner(StoredUser owner, string email)
        => owner.Exists(users.Input.Now()) && users.Input.ReservationOf(owner.Email) == email;

    /// <summary>Reads the owner of an email consistently.</summary>
    /// <returns>The id of the owner; null when the email is not reserved.</returns>
    public async Task<UserKey?> FindOwnerKeyAsync(StoreCall call, string email)
        => OwnerIn(await users.Reader.FindAsync(call, table, KeyOf(email)).ConfigureAwait(false));

    /// <summary>Reads a user and the owner of an email in one snapshot.</summary>
    public async Task<(StoredUser User, UserKey? OwnerKey)> ReadBothAsync(StoreCall call, UserKey key, string email)
    {
        var request = new TransactGetItemsRequest
        {
            ReturnConsumedCapacity = call.Capacity,
            TransactItems =
            [
                new TransactGetItem { Get = new Get { TableName = users.TableName, Key = users.Model.Key.ToItem(key) } },
                new TransactGetItem { Get = new Get { TableName = table.TableName, Key = KeyOf(email) } },
            ],
        };
        TransactGetItemsResponse response = await call.SendAsync(
            "TransactGetItems", users.Schema.Tables, token => users.Client.TransactGetItemsAsync(request, token)).ConfigureAwait(false);
        return (new StoredUser(response.Responses[0].Item, Model), OwnerIn(response.Responses[1].Item));
    }

    /// <summary>Returns the owner in an item of the table.</summary>
    public UserKey? OwnerIn(Dictionary<string, AttributeValue>? item) => Model.Key.FromText(item?.GetValueOrDefault(Owner)?.S);

    /// <summary>Finds the user with an email, consistently.</summary>
    public async Task<TUser?> FindUserAsync(StoreCall call, string email)
    {
        UserKey? ownerKey = await FindOwnerKeyAsync(call, email).ConfigureAwait(false);
        for (int reads = 1; ownerKey is { } owner; reads++)
        {
            TUser? user = await users.FindAsync(call, owner, ReadConsistency.Strong).ConfigureAwait(false);
            if (user is not null && users.Input.ReservationOf(user.Email) == email)
                return user;

            // Between the two reads the email may have moved to another user.
            ownerKey = await FindOwnerKeyAsync(call, email).ConfigureAwait(false);
            if (ownerKey == owner)
                return null;
            if (reads == MaxReads)
            {
                throw new UserStoreUnavailableException(
                    $"The reservation in table '{table.TableName}' changed its owner at each of {MaxReads} reads. Try again.")
                {
                    TableNames = [table.TableName],
                };
            }
        }

        return null;
    }

    private Dictionary<string, AttributeValue> KeyOf(string email) => new() { [table.Key.AttributeName] = new AttributeValue(email) };

    private string FreeOrOwnedBy(UserKey key, ExpressionWriter writer)
        => $"attribute_not_exists({writer.Name(table.Key.AttributeName)}) OR {OwnedBy(key, writer)}";

    private string OwnedBy(UserKey key, ExpressionWriter writer) => $"{writer.Name(Owner)} = {writer.Value(new Primitive(KeyModel.ToText(key)))}";

    private TransactWriteItem Put(string email, UserKey key, string condition, ExpressionWriter writer)
    {
        Dictionary<string, AttributeValue> item = KeyOf(email);
        item.Add(Owner, new AttributeValue(KeyModel.ToText(key)));
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
