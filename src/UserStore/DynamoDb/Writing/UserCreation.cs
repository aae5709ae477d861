using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Writing;

/// <summary>Stores new users.</summary>
internal sealed class UserCreation<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, EmailTransaction<TUser>? emails)
    where TUser : User
{
    public Task<TUser> CreateAsync(TUser created, CancellationToken cancellationToken)
        => CreateAsync(table.Sender.Begin(cancellationToken, created.UserId), created);

    /// <param name="call">The call that writes.</param>
    /// <param name="created">The new user.</param>
    /// <param name="unknown">Attributes of its item that the user type does not know.</param>
    public async Task<TUser> CreateAsync(StoreCall call, TUser created, Dictionary<string, AttributeValue>? unknown = null)
    {
        UserRefusal? refusal = await WriteAsync(call, created, unknown).ConfigureAwait(false);
        if (refusal is null)
            return created;

        StoredUser stored = await table.ReadRefusingAsync(call, created.UserId, refusal.Item).ConfigureAwait(false);
        return stored.WasWrittenBy(created.WriteId) ? created : throw new UserAlreadyExistsException(created.UserId, refusal.Failure);
    }

    private async Task<UserRefusal?> WriteAsync(StoreCall call, TUser created, Dictionary<string, AttributeValue>? unknown)
    {
        Put put = ToPut(created);
        foreach ((string name, AttributeValue value) in unknown ?? [])
            put.Item.Add(name, value);
        if (emails is not null && created.Email is not null)
        {
            return await emails.WriteAsync(
                call, new TransactWriteItem { Put = put }, created.UserId, acquire: created.Email, release: null).ConfigureAwait(false);
        }

        PutItemRequest request = put.ToRequest();
        request.ReturnConsumedCapacity = call.Capacity;
        return UserRefusal.Of(await call.WriteAsync(
            "PutItem",
            table.Users,
            token => table.Client.PutItemAsync(request, token),
            wasApplied: async () => await table.FindWrittenAsync(call, created.UserId, created.WriteId!).ConfigureAwait(false) is not null)
            .ConfigureAwait(false));
    }

    /// <summary>Returns the write of the user itself.</summary>
    /// <exception cref="InvalidUserException">The item breaks a rule of DynamoDB.</exception>
    public Put ToPut(TUser created)
    {
        var writer = new ExpressionWriter();
        string absentOrExpired = $"attribute_not_exists({writer.Name(table.Model.Key)}) OR {writer.Expired(table.Model, created.UpdatedAt)}";
        string unseen = WriteIds.IsUnseen(WriteIds.Value(created.WriteId!, writer), table.Model, writer);
        return new Put
        {
            TableName = table.TableName,
            Item = table.Items.ToItem(created),
            ConditionExpression = $"({absentOrExpired}) AND {unseen}",
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
    }
}
