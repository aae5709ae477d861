using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;

namespace UserStore.Privacy.Places;

/// <summary>The tables of the store: the user, its data key, and the reservations of its values.</summary>
internal sealed class StorePlace<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> users, ReservationTable<TUser>? reservations)
    : IUserDataPlace
    where TUser : class
{
    private UserModel Model => users.Model;

    public bool IsChecked => true;

    public async Task<HeldData> FindAsync(StoreCall call, UserKey key)
    {
        StoredUser user = await users.ReadAsync(call, key).ConfigureAwait(false);
        // Also without the user, whom time to live deletes alone, and whose key an item of another kind may have by now.
        List<HeldItem> items = users.Encryption is { } encryption
            ? await FindDataKeyAsync(call, encryption.Keys, encryption.Keys.KeyOf(key)).ConfigureAwait(false)
            : [];
        if (user.IsAbsent)
            return new HeldData(items, AbsenceOf(key));
        if (!user.Released.IsUser)
            return new HeldData(items);
        foreach (string[] reserved in users.ReservedIn(user.Released).Select(value => value.Key).Distinct(StringComparer.Ordinal).Chunk(TableReader.MaxKeys))
        {
            var found = await users.Reader.FindManyAsync(
                call, users.Schema.Reservations!, [.. reserved.Select(ReservationTable<TUser>.KeyOf)], ReadConsistency.Strong).ConfigureAwait(false);
            items.AddRange(found.Where(item => reservations!.OwnerIn(item)?.Key == key).Select(ToHeld));
        }

        items.Add(ToHeld(user));
        return new HeldData(items);
    }

    // The data key of a user.
    private static async Task<List<HeldItem>> FindDataKeyAsync(StoreCall call, DataKeyTable keys, Dictionary<string, AttributeValue> key)
    {
        return await keys.FindRowAsync(call, key).ConfigureAwait(false) is { } row ? [ToHeld(keys, row)] : [];
    }

    /// <summary>Returns the data key in a row.</summary>
    public static HeldItem ToHeld(DataKeyTable keys, Dictionary<string, AttributeValue> row)
    {
        Dictionary<string, AttributeValue> key = row.KeyIn(keys.Schema);
        var writer = new ExpressionWriter();
        writer.AndSame(StoreSchema.DataKeyWrapped, row);
        return new HeldItem(UserDataKind.DataKey, keys.Schema.TableName, key, row, writer.ToDelete(keys.Schema, key));
    }

    /// <summary>Restricts a user as it is, whatever other writers do, so that they change it no longer; unless the item is full.</summary>
    public async Task FreezeAsync(StoreCall call, UserKey key)
    {
        var writer = new ExpressionWriter();
        string name = writer.Name(Model.Restricted);
        string update = $"SET {name} = if_not_exists({name}, {writer.Value(new AttributeValue { M = [] })})";
        writer.AndExists(Model);
        writer.AndIsUser(Model);
        var request = new UpdateItemRequest
        {
            TableName = users.TableName,
            Key = Model.Key.ToItem(key),
            UpdateExpression = update,
            ConditionExpression = writer.Take().Text,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ReturnConsumedCapacity = call.Capacity,
        };
        try
        {
            await call.WriteAsync("UpdateItem", users.Users, token => users.Client.UpdateItemAsync(request, token)).ConfigureAwait(false);
        }
        catch (InvalidUserException)
        {
            // The item has no room for the attribute, so that the erasure has to be faster than the other writers.
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<OwnedItem>> ScanAsync(Func<StoreCall> begin)
    {
        await foreach (ScanPage page in users.Reader.ScanAllAsync(begin, users.Schema.Users).ConfigureAwait(false))
        {
            yield return [.. page.Items.Select(item => new StoredUser(item, Model)).Where(user => user.Released.IsUser && user.Key is not null)
                .Select(user => new OwnedItem(ToHeld(user), KeyModel.ToText(user.Key!.Value)))];
        }

        if (reservations is null)
            yield break;
        await foreach (ScanPage page in users.Reader.ScanAllAsync(begin, users.Schema.Reservations!).ConfigureAwait(false))
        {
            yield return [.. page.Items.Where(item => reservations.OwnerIn(item) is not null)
                .Select(item => new OwnedItem(ToHeld(item), reservations.OwnerIn(item)!.Value.Text))];
        }
    }

    // Whatever its state is, but with the values whose reservations were read: no later write adds one.
    private HeldItem ToHeld(StoredUser user)
    {
        var writer = new ExpressionWriter();
        writer.AndSameRevision(user, Model);
        if (!user.IsRestricted)
            users.AndSameValues(writer, user, Model.UniqueValues);
        Dictionary<string, AttributeValue> key = user.Item.KeyIn(users.Schema.Users);
        return new HeldItem(UserDataKind.User, users.TableName, key, user.Item, writer.ToDelete(users.Schema.Users, key));
    }

    private HeldItem ToHeld(Dictionary<string, AttributeValue> reservation)
    {
        TableSchema table = users.Schema.Reservations!;
        var writer = new ExpressionWriter();
        writer.AndSame(StoreSchema.ReservationOwner, reservation);
        Dictionary<string, AttributeValue> key = reservation.KeyIn(table);
        return new HeldItem(UserDataKind.Reservation, table.TableName, key, reservation, writer.ToDelete(table, key));
    }

    private TransactWriteItem AbsenceOf(UserKey key)
    {
        var writer = new ExpressionWriter();
        writer.AppendAbsent(Model);
        return writer.ToCheck(users.Schema.Users, Model.Key.ToItem(key));
    }
}
