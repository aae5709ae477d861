using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Writing;

/// <summary>Deletes the revision of a user that was read, and frees its email.</summary>
internal sealed class UserDeletion<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, EmailTransaction<TUser>? emails)
    where TUser : User
{
    /// <summary>Deletes whatever revision is stored, or the one with the expected version, and returns it.</summary>
    public Task<TUser?> DeleteAsync(string userId, long? expectedVersion, CancellationToken cancellationToken)
        => DeleteAsync(table.Sender.Begin(cancellationToken, userId), userId, expectedVersion);

    /// <summary>Deletes whatever revision is stored, or the one with the expected version, and returns it.</summary>
    public async Task<TUser?> DeleteAsync(StoreCall call, string userId, long? expectedVersion)
    {
        UserRefusal? refusal = null;
        for (int round = 1; ; round++)
        {
            StoredUser stored = await table.ReadAsync(call, userId).ConfigureAwait(false);
            if (!stored.Exists(table.Requests.Now()))
                return null;
            TUser user = table.ToUser(stored);
            if (expectedVersion is not null && user.Version != expectedVersion)
                throw new UserConflictException(userId, expectedVersion, user.Version, innerException: refusal?.Failure);

            refusal = await WriteAsync(call, user).ConfigureAwait(false);
            if (refusal is null || await WasAppliedAsync(call, user, refusal).ConfigureAwait(false))
                return user;
            if (round > 1 && !await call.TryDelayAsync().ConfigureAwait(false))
                throw new UserConflictException(userId, user.Version, user.Version, innerException: refusal.Failure);
        }
    }

    /// <summary>Deletes the revision that the caller read.</summary>
    public async Task DeleteAsync(TUser user, CancellationToken cancellationToken)
    {
        StoreCall call = table.Sender.Begin(cancellationToken, user.UserId);
        if (user.WriteId is null)
        {
            // Not every such user was read from the table, so only the item tells which email it has.
            StoredUser stored = await table.ReadAsync(call, user.UserId).ConfigureAwait(false);
            if (!stored.Exists(table.Requests.Now()) || !stored.IsRevisionOf(user))
                throw stored.Conflict(user, table.Requests.Now());
            user = table.ToUser(stored);
        }

        UserRefusal? refusal = await WriteAsync(call, user).ConfigureAwait(false);
        if (refusal is not null && !await WasAppliedAsync(call, user, refusal).ConfigureAwait(false))
        {
            StoredUser stored = await table.ReadRefusingAsync(call, user.UserId, refusal.Item).ConfigureAwait(false);
            throw stored.Conflict(user, table.Requests.Now(), refusal.Failure);
        }
    }

    private async Task<UserRefusal?> WriteAsync(StoreCall call, TUser user)
    {
        Delete delete = ToDelete(user);
        if (emails is not null && table.Requests.ReservationOf(user.StoredEmail) is { } email)
        {
            return await emails.WriteAsync(
                call, new TransactWriteItem { Delete = delete }, user.UserId, acquire: null, release: email).ConfigureAwait(false);
        }

        DeleteItemRequest request = delete.ToRequest();
        request.ReturnConsumedCapacity = call.Capacity;
        return UserRefusal.Of(await call.WriteAsync(
            "DeleteItem", table.Users, token => table.Client.DeleteItemAsync(request, token)).ConfigureAwait(false));
    }

    // A delete leaves no id behind. So when an attempt may have been applied, the absence of what it was to delete says that it was.
    private async Task<bool> WasAppliedAsync(StoreCall call, TUser user, UserRefusal refusal)
    {
        if (!refusal.ResponseWasLost && table.Sender.OwnsRetries)
            return false;
        StoredUser stored = await table.ReadRefusingAsync(call, user.UserId, refusal.Item).ConfigureAwait(false);
        if (stored.IsAbsent)
            return true;
        if (!refusal.ResponseWasLost || stored.WasWrittenBy(user.WriteId))
            return false; // it is the same user, changed by somebody else
        return user.WriteId is null || stored.HasForgotten(user.Version)
            ? throw new UserWriteOutcomeUnknownException(user.UserId, refusal.Failure)
            : true; // it is another user, created since
    }

    private Delete ToDelete(TUser user)
    {
        var writer = new ExpressionWriter();
        string condition = $"{RevisionCondition.Write(user, table.Model, writer)} AND {writer.NotExpired(table.Model, table.Requests.Now())}";
        if (emails is not null)
            condition += $" AND {RevisionCondition.SameEmail(user.StoredEmail, table.Model, writer)}";
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
