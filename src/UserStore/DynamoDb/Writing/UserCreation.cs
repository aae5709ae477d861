using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Emails;
using UserStore.DynamoDb.Sending;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Writing;

/// <summary>Stores new users.</summary>
internal sealed class UserCreation<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, EmailTransaction<TUser>? emails)
    where TUser : User
{
    public async Task<TUser> CreateAsync(TUser created, CancellationToken cancellationToken)
    {
        StoreCall call = table.Sender.Begin(cancellationToken, created.UserId);
        UserRefusal? refusal = await WriteAsync(call, created).ConfigureAwait(false);
        if (refusal is null)
            return created;

        StoredUser stored = await table.ReadRefusingAsync(call, created.UserId, refusal.Item).ConfigureAwait(false);
        return stored.WasWrittenBy(created.WriteId) ? created : throw new UserAlreadyExistsException(created.UserId, refusal.Failure);
    }

    private async Task<UserRefusal?> WriteAsync(StoreCall call, TUser created)
    {
        Put put = ToPut(created);
        if (emails is not null && created.Email is not null)
        {
            return await emails.WriteAsync(
                call, new TransactWriteItem { Put = put }, created.UserId, acquire: created.Email, release: null).ConfigureAwait(false);
        }

        PutItemRequest request = put.ToRequest();
        return UserRefusal.Of(await call.WriteAsync(
            "PutItem",
            table.Users,
            token => table.Client.PutItemAsync(request, token),
            wasApplied: async () => await table.FindWrittenAsync(call, created.UserId, created.WriteId!).ConfigureAwait(false) is not null)
            .ConfigureAwait(false));
    }

    private Put ToPut(TUser created)
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
