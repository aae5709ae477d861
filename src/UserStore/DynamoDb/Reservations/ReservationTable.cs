using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Reservations;

/// <summary>
/// The table of reservations: which user owns which unique value. A reservation is valid only while its owner exists, has not expired and has that
/// value; any other counts as absent.
/// </summary>
/// <remarks>The conditions of these actions decide races.</remarks>
internal sealed class ReservationTable<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> users, TableSchema table)
    where TUser : class
{
    // A caller that moves a value between every two reads is in a loop.
    private const int MaxReads = 10;

    private UserModel Model => users.Model;

    /// <summary>Reserves a value that is free, or that the user owns already.</summary>
    public TransactWriteItem Acquire(ReservedValue value, UserKey key)
    {
        var writer = new ExpressionWriter();
        return Put(value, key, FreeOrOwnedBy(key, writer), writer);
    }

    /// <summary>Takes a reservation from an owner that is not valid; used together with <see cref="RuleOut"/>.</summary>
    public TransactWriteItem TakeOver(ReservedValue value, UserKey key, ReservationOwner owner)
    {
        var writer = new ExpressionWriter();
        return Put(value, key, OwnedBy(owner, writer), writer);
    }

    /// <summary>
    /// Ensures that an owner still does not have values when the transaction is applied. An expired one is deleted, so that a slow clock cannot
    /// revive it.
    /// </summary>
    public TransactWriteItem RuleOut(UserKey ownerKey, StoredUser owner, IReadOnlyList<ReservedValue> values)
    {
        DateTimeOffset now = users.Input.Now();
        var writer = new ExpressionWriter();
        if (owner.IsUser && owner.IsExpired(now) && values.Any(value => users.ReservedIn(owner, value.Unique).Contains(value)))
        {
            writer.AppendExpired(Model, now);
            users.AndSameValues(writer, owner, [.. values.Select(value => value.Unique)]);
            return new TransactWriteItem
            {
                Delete = new Delete
                {
                    TableName = users.TableName,
                    Key = Model.Key.ToItem(ownerKey),
                    ConditionExpression = writer.Take().Text,
                    ExpressionAttributeNames = writer.Names,
                    ExpressionAttributeValues = writer.Values,
                },
            };
        }

        return Unchanged(ownerKey, owner, [.. values.Select(value => value.Unique)]);
    }

    /// <summary>Ensures that an owner that does not have a value still has what was read: a value, or its scope, can be stored in several forms, or
    /// be absent and read as a default. An owner that is deleted, or becomes an item of another kind, does not have the value either.</summary>
    public TransactWriteItem Unchanged(UserKey ownerKey, StoredUser owner, IReadOnlyList<UniqueValue> values)
    {
        var writer = new ExpressionWriter();
        if (owner.IsRestricted)
        {
            writer.AndSameRevision(owner, Model);
            return writer.ToCheck(users.Schema.Users, Model.Key.ToItem(ownerKey));
        }

        string? same = null;
        if (owner.IsUser)
        {
            users.AndSameValues(writer, owner, values);
            same = writer.TakeIfAny()?.Text;
        }

        writer.AppendAbsent(Model);
        foreach ((MappedProperty property, StoredScalar value) in Model.Discriminators)
        {
            writer.Append($" OR (NOT ");
            writer.AppendEqual(property, value);
            writer.Append($")");
        }

        if (same is not null)
            writer.Append($" OR {same}");
        return new TransactWriteItem
        {
            ConditionCheck = new ConditionCheck
            {
                TableName = users.TableName,
                Key = Model.Key.ToItem(ownerKey),
                ConditionExpression = writer.Take().Text,
                ExpressionAttributeNames = writer.Names,
                ExpressionAttributeValues = writer.Values,
            },
        };
    }

    /// <summary>Releases a value that the user had.</summary>
    public TransactWriteItem Release(ReservedValue value, UserKey key)
    {
        var writer = new ExpressionWriter();
        return Delete(value.Key, FreeOrOwnedBy(key, writer), writer);
    }

    /// <summary>Releases a reservation whose owner is not valid; used together with a check of the owner.</summary>
    public TransactWriteItem Withdraw(string reservation, ReservationOwner owner)
    {
        var writer = new ExpressionWriter();
        return Delete(reservation, OwnedBy(owner, writer), writer);
    }

    /// <summary>Returns the value that a user holds by a reservation; null if the user is not its valid owner.</summary>
    public ReservedValue? HeldBy(StoredUser owner, string reservation) => IsHolder(owner)
        ? users.ReservedIn(owner.Released).FirstOrDefault(value => value.Key == reservation)
        : null;

    /// <summary>Returns whether a user is the valid owner of a reserved value.</summary>
    public bool IsValidOwner(StoredUser owner, ReservedValue value)
        => IsHolder(owner) && users.ReservedIn(owner.Released, value.Unique).Contains(value);

    // A restricted user keeps its values, and does not expire.
    private bool IsHolder(StoredUser owner) => owner.IsRestricted || owner.Exists(users.Input.Now());

    /// <summary>Reads the owner of a value consistently.</summary>
    /// <returns>The owner; null when the value is not reserved.</returns>
    public async Task<ReservationOwner?> FindOwnerAsync(StoreCall call, ReservedValue value)
        => OwnerIn(await users.Reader.FindAsync(call, table, KeyOf(value.Key)).ConfigureAwait(false));

    /// <summary>Reads a user and the owner of a reservation in one snapshot.</summary>
    public async Task<(StoredUser User, ReservationOwner? Owner)> ReadBothAsync(StoreCall call, UserKey key, string reservation)
    {
        var request = new TransactGetItemsRequest
        {
            ReturnConsumedCapacity = call.Capacity,
            TransactItems =
            [
                new TransactGetItem { Get = new Get { TableName = users.TableName, Key = Model.Key.ToItem(key) } },
                new TransactGetItem { Get = new Get { TableName = table.TableName, Key = KeyOf(reservation) } },
            ],
        };
        TransactGetItemsResponse response = await call.SendAsync(
            "TransactGetItems", users.Schema.Tables, token => users.Client.TransactGetItemsAsync(request, token)).ConfigureAwait(false);
        return (new StoredUser(response.Responses[0].Item, Model), OwnerIn(response.Responses[1].Item));
    }

    /// <summary>Returns the attributes of the key of a reservation.</summary>
    public static Dictionary<string, AttributeValue> KeyOf(string reservation) => new() { [StoreSchema.ReservationKey] = new AttributeValue(reservation) };

    /// <summary>Returns the owner in an item of the table.</summary>
    public ReservationOwner? OwnerIn(Dictionary<string, AttributeValue>? item)
    {
        if (item?.GetValueOrDefault(StoreSchema.ReservationOwner)?.S is not { } text)
            return null;
        UserKey? key = Model.Key.FromText(text);
        return new ReservationOwner(text, key is { } found && Model.Key.FindValid(found) is not null && KeyModel.ToText(found) == text ? key : null);
    }

    /// <summary>Finds the keys of the users for whom an indexed value is reserved, with eventual consistency.</summary>
    public async IAsyncEnumerable<UserKey> FindOwnersAsync(ReservedValue wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new QueryRequest
        {
            TableName = table.TableName,
            IndexName = StoreSchema.ValueIndex,
            KeyConditionExpression = "#value = :value",
            ExpressionAttributeNames = new() { ["#value"] = StoreSchema.ReservationValue },
            ExpressionAttributeValues = new() { [":value"] = new AttributeValue(wanted.IndexKey) },
        };
        do
        {
            StoreCall call = users.Sender.Begin(cancellationToken);
            request.ReturnConsumedCapacity = call.Capacity;
            QueryResponse page = await call.SendAsync(
                "Query", [table], token => users.Client.QueryAsync(request, token)).ConfigureAwait(false);
            foreach (Dictionary<string, AttributeValue> item in page.Items ?? [])
            {
                if (OwnerIn(item)?.Key is { } owner)
                    yield return owner;
            }

            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
    }

    /// <summary>Finds the user with a value, consistently.</summary>
    public async Task<TUser?> FindUserAsync(StoreCall call, ReservedValue value)
    {
        UserKey? ownerKey = (await FindOwnerAsync(call, value).ConfigureAwait(false))?.Key;
        for (int reads = 1; ownerKey is { } owner; reads++)
        {
            StoredUser user = await users.ReadAsync(call, owner).ConfigureAwait(false);
            if (IsValidOwner(user, value))
            {
                if (user.IsRestricted)
                    return null;
                user = await users.UnlockAsync(call, user).ConfigureAwait(false);
                if (IsValidOwner(user, value) && !user.IsRestricted) // it is read again if it was deleted in the meantime
                    return users.ToUser(user);
            }

            // Between the two reads the value may have moved to another user.
            ownerKey = (await FindOwnerAsync(call, value).ConfigureAwait(false))?.Key;
            if (ownerKey == owner)
                return null;
            if (reads == MaxReads)
            {
                throw new UserStoreUnavailableException(
                    $"The reservation in table '{table.TableName}' changed its owner at each of {MaxReads} reads. Retry later.")
                {
                    TableNames = [table.TableName],
                };
            }
        }

        return null;
    }

    private static string FreeOrOwnedBy(UserKey key, ExpressionWriter writer)
        => $"attribute_not_exists({writer.Name(StoreSchema.ReservationOwner)}) OR {OwnedBy(new ReservationOwner(KeyModel.ToText(key), key), writer)}";

    private static string OwnedBy(ReservationOwner owner, ExpressionWriter writer)
        => $"{writer.Name(StoreSchema.ReservationOwner)} = {writer.Value(owner.Text)}";

    private TransactWriteItem Put(ReservedValue value, UserKey key, string condition, ExpressionWriter writer)
    {
        Dictionary<string, AttributeValue> item = KeyOf(value.Key);
        item.Add(StoreSchema.ReservationOwner, new AttributeValue(KeyModel.ToText(key)));
        if (value.Unique.IsShared)
            item.Add(StoreSchema.ReservationValue, new AttributeValue(value.IndexKey));
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

    private TransactWriteItem Delete(string reservation, string condition, ExpressionWriter writer) => new()
    {
        Delete = new Delete
        {
            TableName = table.TableName,
            Key = KeyOf(reservation),
            ConditionExpression = condition,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
        },
    };
}
