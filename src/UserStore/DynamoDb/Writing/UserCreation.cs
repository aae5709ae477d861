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
    /// <param name="call">The call that writes.</param>
    /// <param name="created">The new user.</param>
    /// <param name="unknown">Attributes of its item that the user type does not have.</param>
    public async Task<TUser> CreateAsync(StoreCall call, TUser created, Dictionary<string, AttributeValue>? unknown = null)
    {
        Put put = ToPut(created);
        foreach ((string name, AttributeValue value) in unknown ?? [])
            put.Item.Add(name, value);
        ConditionFailure? failure = emails is not null && created.Email is not null
            ? await emails.CommitAsync(
                call, new TransactWriteItem { Put = put }, created.UserId, acquire: created.Email, release: null).ConfigureAwait(false)
            : await PutAsync(call, put, created).ConfigureAwait(false);
        if (failure is null)
            return created;

        StoredUser stored = await table.ReadConflictingAsync(call, created.UserId, failure).ConfigureAwait(false);
        return stored.Revision.WasWrittenBy(created.WriteId) ? created : throw new UserAlreadyExistsException(created.UserId, failure.Exception);
    }

    /// <summary>Returns the write of the user itself.</summary>
    /// <exception cref="InvalidUserException">The item violates a rule of DynamoDB.</exception>
    public Put ToPut(TUser created)
    {
        var writer = new ExpressionWriter();
        string absentOrExpired = $"attribute_not_exists({writer.Name(table.Model.Key)}) OR {writer.Expired(table.Model, created.UpdatedAt)}";
        string notWritten = RevisionExpression.NotWrittenBy(RevisionExpression.OwnId(created.WriteId!, writer), table.Model, writer);
        return new Put
        {
            TableName = table.TableName,
            Item = table.Items.ToItem(created),
            ConditionExpression = $"({absentOrExpired}) AND {notWritten}",
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
    }

    private async Task<ConditionFailure?> PutAsync(StoreCall call, Put put, TUser created)
    {
        PutItemRequest request = put.ToRequest();
        request.ReturnConsumedCapacity = call.Capacity;
        WriteResult<PutItemResponse> result = await call.WriteAsync(
            "PutItem",
            table.Users,
            token => table.Client.PutItemAsync(request, token),
            wasApplied: async () => await table.FindWrittenAsync(call, created.UserId, created.WriteId!).ConfigureAwait(false) is not null)
            .ConfigureAwait(false);
        return result.Failure;
    }
}
