using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Writing;

/// <summary>Restricts users: moves all attributes of an item but its key and its revision into one. Without the keys of indexes it leaves all indexes, and no
/// program reads the user from it that does not know the attribute.</summary>
internal sealed class UserRestriction<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(UserTable<TUser> table)
    where TUser : class
{
    /// <exception cref="UserNotFoundException">There is no such user.</exception>
    public Task<StoredUser> RestrictAsync(UserKey key, CancellationToken cancellationToken)
        => ChangeAsync(key, toRestricted: true, cancellationToken);

    /// <inheritdoc cref="RestrictAsync"/>
    public Task<StoredUser> ReleaseAsync(UserKey key, CancellationToken cancellationToken)
        => ChangeAsync(key, toRestricted: false, cancellationToken);

    private async Task<StoredUser> ChangeAsync(UserKey key, bool toRestricted, CancellationToken cancellationToken)
    {
        // Without a key: a lost response is a failure that may pass, because the call can be repeated.
        StoreCall call = table.Sender.Begin(cancellationToken);
        for (int round = 1; ; round++)
        {
            StoredUser stored = await table.ReadAsync(call, key).ConfigureAwait(false);
            if (!stored.IsRestricted && !stored.Exists(table.Input.Now()))
                throw new UserNotFoundException(key);
            if (toRestricted ? stored.IsWhollyRestricted : !stored.IsRestricted)
                return stored;

            Revision next = stored.Revision.Next(table.Input.WriteIds.NextAbove(stored.Revision.WriteId, key));
            StoredUser changed = toRestricted ? stored.Released.ToRestricted() : stored.Released;
            next.WriteTo(changed.Item, table.Model);
            ItemRules.Check(changed.Item, table.Model.Properties);
            if (await PutAsync(call, stored, changed).ConfigureAwait(false) is not { } failure)
                return changed;
            if (round > 1)
                await table.DelayOvertakenAsync(call, key, failure).ConfigureAwait(false);
        }
    }

    private async Task<ConditionFailure?> PutAsync(StoreCall call, StoredUser read, StoredUser changed)
    {
        var writer = new ExpressionWriter();
        writer.AndSameRevision(read, table.Model);
        var request = new PutItemRequest
        {
            TableName = table.TableName,
            Item = changed.Item,
            ConditionExpression = writer.Take().Text,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ReturnConsumedCapacity = call.Capacity,
        };
        WriteResult<PutItemResponse> result = await call.WriteAsync(
            "PutItem", table.Users, token => table.Client.PutItemAsync(request, token)).ConfigureAwait(false);
        return result.Failure;
    }
}
