using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Preparation;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Writing;

/// <summary>Deletes the revision of a user that was read, and releases its unique values.</summary>
internal sealed class UserDeletion<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, ReservingTransaction<TUser>? reserving)
    where TUser : class
{
    /// <summary>Deletes whatever revision is stored, or the one with the expected version, and returns it.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="key">The user.</param>
    /// <param name="expectedVersion">The expected version; null for any.</param>
    /// <param name="isRead">Whether the caller maps the deleted item, so that what decrypts it is found before it is deleted.</param>
    /// <returns>The item that was deleted, which need not be readable; null if there is none.</returns>
    public async Task<StoredUser?> DeleteAsync(StoreCall call, UserKey key, long? expectedVersion, bool isRead = false)
    {
        ConditionFailure? failure = null;
        for (int round = 1; ; round++)
        {
            StoredUser stored = await table.ReadAsync(call, key).ConfigureAwait(false);
            if (stored.IsRestricted)
                throw new UserRestrictedException(key, failure?.Exception);
            if (!stored.Exists(table.Input.Now()))
                return null;
            Revision revision = stored.Revision;
            if (expectedVersion is not null && revision.Version != expectedVersion)
                throw new UserConflictException(key, expectedVersion, revision.Version, innerException: failure?.Exception);

            if (isRead && table.Encryption is not null)
                stored = stored with { Cipher = await FindCipherAsync(call, key, stored).ConfigureAwait(false) };
            failure = await WriteAsync(call, key, Pinned(stored)).ConfigureAwait(false);
            if (failure is null || await WasAppliedAsync(call, key, revision, failure).ConfigureAwait(false))
                return stored;
            if (round > 1)
                await table.DelayOvertakenAsync(call, key, failure).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes the revision that the caller read.</summary>
    public async Task DeleteUnchangedAsync(StoreCall call, UserKey key, TUser user)
    {
        UserRevision? known = table.Input.Roles.KnownOf(user);
        long? version = table.Input.Roles.VersionOf(user);
        bool isKnown = known is { WriteId: not null } && version is not null && (reserving is null || !known.AreFingerprints);
        Pin pin = isKnown
            ? Pinned(key, known!, version!.Value)
            : Pinned(await table.ReadExpectedAsync(call, key, user, known).ConfigureAwait(false));
        ConditionFailure? failure = await WriteAsync(call, key, pin).ConfigureAwait(false);
        if (failure is not null && !await WasAppliedAsync(call, key, pin.Revision, failure).ConfigureAwait(false))
        {
            StoredUser stored = await table.ReadConflictingAsync(call, key, failure).ConfigureAwait(false);
            throw stored.Conflict(key, version, table.Input.Now(), failure.Exception);
        }
    }

    // A user can be deleted also if its data key is lost, or cannot be unwrapped.
    private async Task<UserCipher?> FindCipherAsync(StoreCall call, UserKey key, StoredUser stored)
    {
        try
        {
            return await table.Encryption!.FindAsync(call, stored.Item, key).ConfigureAwait(false);
        }
        catch (UserStoreUnavailableException)
        {
            return table.Encryption!.Cipher(key, DataKey.Unusable);
        }
    }

    private Pin Pinned(StoredUser read) => new(
        read.Revision, read, writer => writer.AndSameRevision(read, table.Model));

    private Pin Pinned(UserKey key, UserRevision known, long version)
    {
        var revision = Revision.Of(known, version);
        return new Pin(revision, table.Holding(key, known.Values), writer => writer.AndRevision(version, known.WriteId, table.Model));
    }

    private async Task<ConditionFailure?> WriteAsync(StoreCall call, UserKey key, Pin pin)
    {
        Delete delete = ToDelete(key, pin);
        ReservationChange change = reserving?.ChangeOf(pin.Read, []) ?? ReservationChange.None;
        if (!change.IsEmpty || table.Encryption is not null)
        {
            TransactWriteItem[] companions = table.Encryption is { } encryption ? [encryption.Keys.Delete(key)] : [];
            return await reserving!.CommitAsync(
                call, new TransactWriteItem { Delete = delete }, key, change, WasDeletedAsync, companions: companions).ConfigureAwait(false);
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

    private Delete ToDelete(UserKey key, Pin pin)
    {
        var writer = new ExpressionWriter();
        pin.Condition(writer);
        writer.AndWritable(table.Model, table.Input.Now());
        table.AndSameValues(writer, pin.Read, table.Model.UniqueValues);
        return new Delete
        {
            TableName = table.TableName,
            Key = table.Model.Key.ToItem(key),
            ConditionExpression = writer.Take().Text,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
    }

    /// <summary>The revision that is deleted, an item with the unique values that it holds, and the condition that it is still stored.</summary>
    private sealed record Pin(Revision Revision, StoredUser Read, Action<ExpressionWriter> Condition);
}
