using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Preparation;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Writing;

/// <summary>Replaces the revision of a user that was read; in a transaction, when the email changes.</summary>
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
        StoredUser? read = await table.ReadUnversionedAsync(call, user).ConfigureAwait(false);
        ConditionFailure? failure = await WriteAsync(call, user, next, read).ConfigureAwait(false);
        if (failure is not null)
        {
            StoredUser stored = await table.ReadConflictingAsync(call, table.KeyOf(user), failure).ConfigureAwait(false);
            UserConflictException refusal = stored.Conflict(user, next.UpdatedAt, failure.Exception);
            switch (WriteSettlement.Settle(stored, next.WriteId!, failure, isRefused: true, isPinned: true, birthId: user.BirthId))
            {
                case WriteOutcome.Refused:
                    throw refusal;
                case WriteOutcome.Unknown:
                    throw call.OutcomeUnknown(failure.Operation, table.Users, table.KeyOf(user), refusal);
            }
        }

        return next;
    }

    private async Task<ConditionFailure?> WriteAsync(StoreCall call, TUser user, TUser next, StoredUser? read)
    {
        string? storedEmail = read is { } stored ? stored.Email : user.StoredEmail;
        if (emails is not null && next.Email != storedEmail)
        {
            string? reserved = table.Input.ReservationOf(storedEmail);
            return await emails.CommitAsync(
                call,
                new TransactWriteItem { Update = ToUpdate(user, next, read, writer => writer.SameEmail(table.Model, storedEmail)) },
                table.KeyOf(user),
                acquire: next.Email,
                release: reserved == next.Email ? null : reserved,
                WasAppliedAsync).ConfigureAwait(false);
        }

        UpdateItemRequest request = ToUpdate(user, next, read).ToRequest();
        request.ReturnValues = ReturnValue.NONE; // the new user is known
        request.ReturnConsumedCapacity = call.Capacity;
        WriteResult<UpdateItemResponse> result = await call.WriteAsync(
            "UpdateItem", table.Users, token => table.Client.UpdateItemAsync(request, token), wasApplied: WasAppliedAsync).ConfigureAwait(false);
        return result.Failure;

        async Task<bool> WasAppliedAsync()
            => await table.FindWrittenAsync(call, table.KeyOf(next), next.WriteId!).ConfigureAwait(false) is not null;
    }

    // All attributes of the model, so that others survive, and the ids of earlier writes, which users do not contain, are shifted.
    private Update ToUpdate(TUser user, TUser next, StoredUser? read, Func<ExpressionWriter, string>? alsoRequired = null)
    {
        UserModel model = table.Model;
        Dictionary<string, AttributeValue> item = table.Items.ToItem(next); // without the attributes whose value is null
        var writer = new ExpressionWriter();
        List<string> sets = [], removes = [];
        foreach (MappedProperty property in model.Properties.Where(property => !IsOfRevision(property)))
        {
            if (item.TryGetValue(property.AttributeName, out AttributeValue? value))
                sets.Add($"{writer.Name(property)} = {writer.Value(value)}");
            else
                removes.Add(writer.Name(property));
        }

        string own = RevisionExpression.OwnId(next.WriteId!, writer);
        sets.AddRange(RevisionExpression.Advance(own, model, writer, replacesVersion: user.Version is null));
        string set = $"SET {string.Join(", ", sets)}";
        string sameRevision = read is { } stored ? RevisionExpression.SameRevision(stored, model, writer) : Revision.Of(user).ToCondition(model, writer);
        string condition = $"{sameRevision} AND {writer.NotExpired(model, next.UpdatedAt)}";
        return new Update
        {
            TableName = table.TableName,
            Key = table.Model.Key.ToItem(table.KeyOf(user)),
            UpdateExpression = removes.Count == 0 ? set : $"{set} REMOVE {string.Join(", ", removes)}",
            ConditionExpression = alsoRequired is null ? condition : $"{condition} AND {alsoRequired(writer)}",
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
    }

    private static bool IsOfRevision(MappedProperty property)
        => property.Name is nameof(User.UserId) or nameof(User.Version) or nameof(User.WriteId) or nameof(User.BirthId);
}
