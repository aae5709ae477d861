using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Writing;

/// <summary>Replaces the revision of a user that was read: through the context, or, when the email changes, in a transaction.</summary>
internal sealed class UserReplacement<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, EmailTransaction<TUser>? emails)
    where TUser : User
{
    /// <param name="user">The user as the caller changed it.</param>
    /// <param name="next">The same as it is to be stored.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public async Task<TUser> ReplaceAsync(TUser user, TUser next, CancellationToken cancellationToken)
    {
        table.Items.Check(next);
        StoreCall call = table.Sender.Begin(cancellationToken, user.UserId);
        string? storedEmail = user.StoredEmail;
        if (emails is not null && user.WriteId is null)
        {
            // Not every such user was read from the table, so only the item tells which email it has.
            StoredUser stored = await table.ReadAsync(call, user.UserId).ConfigureAwait(false);
            if (!stored.Exists(next.UpdatedAt) || !stored.IsRevisionOf(user))
                throw stored.Conflict(user, next.UpdatedAt);
            storedEmail = stored.Email;
        }

        UserRefusal? refusal = await WriteAsync(call, user, next, storedEmail).ConfigureAwait(false);
        if (refusal is not null)
        {
            StoredUser stored = await table.ReadRefusingAsync(call, user.UserId, refusal.Item).ConfigureAwait(false);
            if (refusal.ResponseWasLost && stored.HasForgotten(next.Version))
                throw new UserWriteOutcomeUnknownException(user.UserId, refusal.Failure);
            if (!stored.WasWrittenBy(next.WriteId))
                throw stored.Conflict(user, next.UpdatedAt, refusal.Failure);
        }

        return next;
    }

    private async Task<UserRefusal?> WriteAsync(StoreCall call, TUser user, TUser next, string? storedEmail)
    {
        if (emails is not null && next.Email != storedEmail)
        {
            string? reserved = table.Requests.ReservationOf(storedEmail);
            return await emails.WriteAsync(
                call,
                new TransactWriteItem { Update = ToUpdate(user, next, storedEmail) },
                user.UserId,
                acquire: next.Email,
                release: reserved == next.Email ? null : reserved).ConfigureAwait(false);
        }

        var config = new SaveConfig
        {
            OverrideTableName = table.Schema.UsersTableWithoutPrefix,
            SkipVersionCheck = true, // the SDK's check knows the version only; ours knows the whole revision
            ConditionalExpression = RevisionCondition.ForSave(user, next.UpdatedAt),
        };
        return UserRefusal.Of(await call.WriteAsync(
            "UpdateItem",
            table.Users,
            async token =>
            {
                await table.Context.SaveAsync(next, config, token).ConfigureAwait(false);
                return next;
            },
            wasApplied: async () => await table.FindWrittenAsync(call, next.UserId, next.WriteId!).ConfigureAwait(false) is not null)
            .ConfigureAwait(false));
    }

    // As the context saves: all that the model knows, so that other attributes survive.
    private Update ToUpdate(TUser user, TUser next, string? storedEmail)
    {
        UserModel model = table.Model;
        Document document = table.Items.ToDocument(next);
        Dictionary<string, AttributeValue> item = table.Items.ToItem(next); // without the attributes whose value is null
        var writer = new ExpressionWriter();
        ILookup<bool, MappedProperty> properties = model.Properties.Where(property => property != model.Key)
            .ToLookup(property => item.ContainsKey(property.AttributeName));
        string sets = string.Join(
            ", ", properties[true].Select(property => $"{writer.Name(property)} = {writer.Value(document[property.AttributeName])}"));
        string removes = string.Join(", ", properties[false].Select(writer.Name));
        string own = WriteIds.Value(next.WriteId!, writer);
        string condition = $"{RevisionCondition.Write(user, model, writer)} AND {RevisionCondition.SameEmail(storedEmail, model, writer)}"
            + $" AND {writer.NotExpired(model, next.UpdatedAt)} AND {WriteIds.IsUnseen(own, model, writer)}";
        return new Update
        {
            TableName = table.TableName,
            Key = table.KeyOf(user.UserId),
            UpdateExpression = removes.Length == 0 ? $"SET {sets}" : $"SET {sets} REMOVE {removes}",
            ConditionExpression = condition,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
    }
}
