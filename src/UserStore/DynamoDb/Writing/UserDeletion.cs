using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Preparation;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Writing;

/// <summary>Deletes the revision of a user that was read, and releases its email.</summary>
internal sealed class UserDeletion<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, EmailTransaction<TUser>? emails)
    where TUser : User
{
    /// <summary>Deletes whatever revision is stored, or the one with the expected version, and returns it.</summary>
    /// <returns>The item that was deleted, which need not be readable; null if there is none.</returns>
    public async Task<StoredUser?> DeleteAsync(StoreCall call, UserKey key, long? expectedVersion)
    {
        ConditionFailure? failure = null;
        for (int round = 1; ; round++)
        {
            StoredUser stored = await table.ReadAsync(call, key).ConfigureAwait(false);
            if (!stored.Exists(table.Input.Now()))
                return null;
            Revision revision = stored.Revision;
            if (expectedVersion is not null && revision.Version != expectedVersion)
                throw new UserConflictException(key, expectedVersion, revision.Version, innerException: failure?.Exception);

            failure = await WriteAsync(
                call, key, stored.Email, writer => RevisionExpression.SameRevision(stored, table.Model, writer)).ConfigureAwait(false);
            if (failure is null || await WasAppliedAsync(call, key, revision, failure).ConfigureAwait(false))
                return stored;
            if (round > 1)
                await table.DelayOvertakenAsync(call, key, failure).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes the revision that the caller read.</summary>
    public async Task DeleteAsync(StoreCall call, TUser user)
    {
        var revision = Revision.Of(user);
        ConditionFailure? failure = await table.ReadUnversionedAsync(call, user).ConfigureAwait(false) is { } read
            ? await WriteAsync(
                call, table.KeyOf(user), read.Email, writer => RevisionExpression.SameRevision(read, table.Model, writer)).ConfigureAwait(false)
            : await WriteAsync(call, table.KeyOf(user), user.StoredEmail, writer => revision.ToCondition(table.Model, writer)).ConfigureAwait(false);
        if (failure is not null && !await WasAppliedAsync(call, table.KeyOf(user), revision, failure).ConfigureAwait(false))
        {
            StoredUser stored = await table.ReadConflictingAsync(call, table.KeyOf(user), failure).ConfigureAwait(false);
            throw stored.Conflict(user, table.Input.Now(), failure.Exception);
        }
    }

    private async Task<ConditionFailure?> WriteAsync(
        StoreCall call, UserKey key, string? storedEmail, Func<ExpressionWriter, string> onRevision)
    {
        Delete delete = ToDelete(key, storedEmail, onRevision);
        if (emails is not null && table.Input.ReservationOf(storedEmail) is { } email)
        {
            return await emails.CommitAsync(
                call, new TransactWriteItem { Delete = delete }, key, acquire: null, release: email, WasDeletedAsync).ConfigureAwait(false);
        }

        DeleteItemRequest request = delete.ToRequest();
        request.ReturnConsumedCapacity = call.Capacity;
        WriteResult<DeleteItemResponse> result = await call.WriteAsync(
            "DeleteItem", table.Users, token => table.Client.DeleteItemAsync(request, token), wasApplied: WasDeletedAsync).ConfigureAwait(false);
        return result.Failure;

        async Task<bool> WasDeletedAsync() => (await table.ReadAsync(call, key).ConfigureAwait(false)).IsAbsent;
    }

    // A delete leaves no id behind. So when an attempt may have been applied, the absence of its target means that it was. The revision never
    // returns: a late attempt deletes no other one.
    private async Task<bool> WasAppliedAsync(StoreCall call, UserKey key, Revision deleted, ConditionFailure failure)
    {
        if (!failure.MayBeApplied)
            return false;
        StoredUser stored = await table.ReadConflictingAsync(call, key, failure).ConfigureAwait(false);
        if (stored.IsAbsent)
            return true;
        Revision found = stored.Revision;
        if (!failure.ResponseWasLost || found.Remembers(deleted.WriteId) || (deleted.BirthId is not null && found.BirthId == deleted.BirthId))
            return false; // it is the same user, changed by another writer
        // It is another user, created or put in place of this one since.
        throw call.OutcomeUnknown(
            failure.Operation, table.Users, key, new UserConflictException(key, deleted.Version, found.Version, innerException: failure.Exception));
    }

    private Delete ToDelete(UserKey key, string? storedEmail, Func<ExpressionWriter, string> onRevision)
    {
        var writer = new ExpressionWriter();
        string condition = $"{onRevision(writer)} AND {writer.NotExpired(table.Model, table.Input.Now())}";
        if (emails is not null)
            condition += $" AND {writer.SameEmail(table.Model, storedEmail)}";
        return new Delete
        {
            TableName = table.TableName,
            Key = table.Model.Key.ToItem(key),
            ConditionExpression = condition,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
    }
}
