using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Preparation;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Writing;

/// <summary>Replaces the revision of a user that was read: through the context, or, when the email changes, in a transaction.</summary>
internal sealed class UserReplacement<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, EmailTransaction<TUser>? emails)
    where TUser : User
{
    /// <param name="call">The call that writes.</param>
    /// <param name="user">The user as the caller changed it.</param>
    /// <param name="next">The user as it is to be stored.</param>
    public async Task<TUser> ReplaceAsync(StoreCall call, TUser user, TUser next)
    {
        table.Items.Check(next);
        string? storedEmail = user.StoredEmail;
        if (emails is not null && user.WriteId is null)
        {
            // Not every such user was read from the table, so only the item shows which email it has.
            StoredUser stored = await table.ReadAsync(call, user.UserId).ConfigureAwait(false);
            if (!stored.Exists(next.UpdatedAt) || !stored.IsRevisionOf(user))
                throw stored.Conflict(user, next.UpdatedAt);
            storedEmail = stored.Email;
        }

        ConditionFailure? failure = await WriteAsync(call, user, next, storedEmail).ConfigureAwait(false);
        if (failure is not null)
        {
            StoredUser stored = await table.ReadConflictingAsync(call, user.UserId, failure).ConfigureAwait(false);
            UserConflictException refusal = stored.Conflict(user, next.UpdatedAt, failure.Exception);
            switch (WriteSettlement.Settle(stored, next.WriteId!, failure, isRefused: true, isPinned: true))
            {
                case WriteOutcome.Refused:
                    throw refusal;
                case WriteOutcome.Unknown:
                    throw call.OutcomeUnknown(failure.Operation, table.Users, user.UserId, refusal);
            }
        }

        return next;
    }

    private async Task<ConditionFailure?> WriteAsync(StoreCall call, TUser user, TUser next, string? storedEmail)
    {
        if (emails is not null && next.Email != storedEmail)
        {
            string? reserved = table.Input.ReservationOf(storedEmail);
            return await emails.CommitAsync(
                call,
                new TransactWriteItem { Update = ToUpdate(user, next, storedEmail) },
                user.UserId,
                acquire: next.Email,
                release: reserved == next.Email ? null : reserved,
                wasApplied: () => WasAppliedAsync(call, next)).ConfigureAwait(false);
        }

        var config = new SaveConfig
        {
            OverrideTableName = table.Schema.UsersTableWithoutPrefix,
            SkipVersionCheck = true, // the SDK's check knows the version only; ours knows the whole revision
            ConditionalExpression = RevisionExpression.ForSave(user, next.UpdatedAt),
        };
        WriteResult<TUser> result = await call.WriteAsync(
            "UpdateItem",
            table.Users,
            async token =>
            {
                await table.Context.SaveAsync(next, config, token).ConfigureAwait(false);
                return next;
            },
            wasApplied: () => WasAppliedAsync(call, next)).ConfigureAwait(false);
        return result.Failure;
    }

    private async Task<bool> WasAppliedAsync(StoreCall call, TUser next)
        => await table.FindWrittenAsync(call, next.UserId, next.WriteId!).ConfigureAwait(false) is not null;

    // As the context saves: all attributes of the model, so that others survive.
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
        string condition = $"{Revision.Of(user).ToCondition(model, writer)} AND {writer.SameEmail(model, storedEmail)}"
            + $" AND {writer.NotExpired(model, next.UpdatedAt)}";
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
