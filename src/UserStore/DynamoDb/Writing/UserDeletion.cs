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
    public async Task<TUser?> DeleteAsync(StoreCall call, string userId, long? expectedVersion)
    {
        ConditionFailure? failure = null;
        for (int round = 1; ; round++)
        {
            StoredUser stored = await table.ReadAsync(call, userId).ConfigureAwait(false);
            if (!stored.Exists(table.Input.Now()))
                return null;
            TUser user = table.ToUser(stored);
            if (expectedVersion is not null && user.Version != expectedVersion)
                throw new UserConflictException(userId, expectedVersion, user.Version, innerException: failure?.Exception);

            failure = await WriteAsync(call, user).ConfigureAwait(false);
            if (failure is null || await WasAppliedAsync(call, user, failure).ConfigureAwait(false))
                return user;
            if (round > 1 && !await call.TryDelayAsync().ConfigureAwait(false))
                throw new UserConflictException(userId, user.Version, user.Version, innerException: failure.Exception);
        }
    }

    /// <summary>Deletes the revision that the caller read.</summary>
    public async Task DeleteAsync(StoreCall call, TUser user)
    {
        if (user.WriteId is null)
        {
            // Not every such user was read from the table, so only the item shows which email it has.
            StoredUser stored = await table.ReadAsync(call, user.UserId).ConfigureAwait(false);
            if (!stored.Exists(table.Input.Now()) || !stored.IsRevisionOf(user))
                throw stored.Conflict(user, table.Input.Now());
            user = table.ToUser(stored);
        }

        ConditionFailure? failure = await WriteAsync(call, user).ConfigureAwait(false);
        if (failure is not null && !await WasAppliedAsync(call, user, failure).ConfigureAwait(false))
        {
            StoredUser stored = await table.ReadConflictingAsync(call, user.UserId, failure).ConfigureAwait(false);
            throw stored.Conflict(user, table.Input.Now(), failure.Exception);
        }
    }

    private async Task<ConditionFailure?> WriteAsync(StoreCall call, TUser user)
    {
        Delete delete = ToDelete(user);
        if (emails is not null && table.Input.ReservationOf(user.StoredEmail) is { } email)
        {
            return await emails.CommitAsync(
                call, new TransactWriteItem { Delete = delete }, user.UserId, acquire: null, release: email).ConfigureAwait(false);
        }

        DeleteItemRequest request = delete.ToRequest();
        request.ReturnConsumedCapacity = call.Capacity;
        WriteResult<DeleteItemResponse> result = await call.WriteAsync(
            "DeleteItem", table.Users, token => table.Client.DeleteItemAsync(request, token)).ConfigureAwait(false);
        return result.Failure;
    }

    // A delete leaves no id behind. So when an attempt may have been applied, the absence of its target means that it was.
    private async Task<bool> WasAppliedAsync(StoreCall call, TUser user, ConditionFailure failure)
    {
        if (!failure.ResponseWasLost && table.Sender.OwnsRetries)
            return false;
        StoredUser stored = await table.ReadConflictingAsync(call, user.UserId, failure).ConfigureAwait(false);
        if (stored.IsAbsent)
            return true;
        if (!failure.ResponseWasLost || stored.Revision.WasWrittenBy(user.WriteId))
            return false; // it is the same user, changed by another writer
        return user.WriteId is null || stored.Revision.HasForgotten(user.Version)
            ? throw new UserWriteOutcomeUnknownException(user.UserId, failure.Exception)
            : true; // it is another user, created since
    }

    private Delete ToDelete(TUser user)
    {
        var writer = new ExpressionWriter();
        string condition = $"{Revision.Of(user).ToCondition(table.Model, writer)} AND {writer.NotExpired(table.Model, table.Input.Now())}";
        if (emails is not null)
            condition += $" AND {writer.SameEmail(table.Model, user.StoredEmail)}";
        return new Delete
        {
            TableName = table.TableName,
            Key = table.KeyOf(user.UserId),
            ConditionExpression = condition,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
    }
}
