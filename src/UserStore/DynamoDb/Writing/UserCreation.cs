using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Writing;

/// <summary>Stores whole users: new ones, or those that replace whatever is stored.</summary>
internal sealed class UserCreation<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, ReservingTransaction<TUser>? reserving)
    where TUser : class
{
    /// <summary>Stores a new user.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="created">The new user.</param>
    /// <param name="unknown">Attributes of its item that the user type does not have.</param>
    /// <param name="responseWasLost">Whether no response was received to an earlier request with this user, which can still arrive.</param>
    public async Task<TUser> CreateAsync(
        StoreCall call, PreparedUser<TUser> created, Dictionary<string, AttributeValue>? unknown = null, bool responseWasLost = false)
    {
        WriteCipher? cipher = await NewCipherAsync(call, created).ConfigureAwait(false);
        for (int round = 1; ; round++)
        {
            using ExpressionWriter writer = table.Requests.NewExpression();
            ConditionFailure? failure = await PutAsync(call, created, ToPut(created, writer, cipher, unknown), cipher).ConfigureAwait(false);
            if (failure is null)
                return created.User;
            if (failure.Companion is { } otherKey)
            {
                responseWasLost |= failure.ResponseWasLost;
                cipher = await NextCipherAsync(call, created, failure, otherKey, round).ConfigureAwait(false);
                continue;
            }

            StoredUser stored = await table.ReadConflictingAsync(call, created.Key, failure).ConfigureAwait(false);
            failure = failure with { ResponseWasLost = failure.ResponseWasLost || responseWasLost };
            bool isTaken = !stored.IsAbsent && !(stored.IsUser && stored.IsExpired(created.Now)); // also by an item of another kind
            UserAlreadyExistsException? refusal = !isTaken ? null
                : stored.IsRestricted ? UserAlreadyExistsException.ForRestricted(created.Key, failure.Exception)
                : stored.IsUser ? new UserAlreadyExistsException(created.Key, failure.Exception)
                : UserAlreadyExistsException.ForOtherKind(created.Key, failure.Exception);
            switch (WriteSettlement.Settle(stored, created.WriteId, failure, isRefused: isTaken, isCreate: true))
            {
                case WriteOutcome.Applied:
                    return created.User;
                case WriteOutcome.Refused:
                    throw refusal!;
                case WriteOutcome.Unknown:
                    throw call.OutcomeUnknown(failure.Operation, table.Users, created.Key, refusal ?? (Exception)failure.Exception);
                default:
                    created = await NextAttemptAsync(call, stored, created, failure).ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>Stores a user in place of any other with its key, whose unique values need no reservation.</summary>
    /// <exception cref="UserAlreadyExistsException">The key holds an item of another kind.</exception>
    /// <exception cref="UserErasedException">The user is erased.</exception>
    /// <exception cref="UserRestrictedException">The user is restricted.</exception>
    public async Task OverwriteAsync(StoreCall call, PreparedUser<TUser> user)
    {
        WriteCipher? cipher = await NewCipherAsync(call, user).ConfigureAwait(false);
        bool responseWasLost = false;
        for (int round = 1; ; round++)
        {
            using ExpressionWriter writer = table.Requests.NewExpression();
            if (await PutAsync(call, user, ToReplacingPut(user, writer, cipher), cipher).ConfigureAwait(false) is not { } failure)
                return;
            if (failure.Companion is { } otherKey)
            {
                responseWasLost |= failure.ResponseWasLost;
                cipher = await NextCipherAsync(call, user, failure, otherKey, round).ConfigureAwait(false);
                continue;
            }

            failure = failure with { ResponseWasLost = failure.ResponseWasLost || responseWasLost };
            StoredUser stored = await table.ReadConflictingAsync(call, user.Key, failure).ConfigureAwait(false);
            bool isOfOtherKind = !stored.IsAbsent && !stored.IsUser;
            switch (WriteSettlement.Settle(stored, user.WriteId, failure, isRefused: isOfOtherKind))
            {
                case WriteOutcome.Applied:
                    return;
                case WriteOutcome.Refused:
                    throw stored.IsRestricted
                        ? new UserRestrictedException(user.Key, failure.Exception)
                        : UserAlreadyExistsException.ForOtherKind(user.Key, failure.Exception);
                case WriteOutcome.Superseded:
                    user = await NextAttemptAsync(call, stored, user, failure).ConfigureAwait(false);
                    break;
                default:
                    throw call.OutcomeUnknown(failure.Operation, table.Users, user.Key, failure.Exception);
            }
        }
    }

    /// <summary>Returns the write of a new user itself.</summary>
    /// <param name="created">The new user.</param>
    /// <param name="writer">The writer of the request.</param>
    /// <param name="cipher">What encrypts its values; null if none are encrypted.</param>
    /// <param name="unknown">Attributes of its item that the user type does not have.</param>
    /// <exception cref="InvalidUserException">The item violates a rule of DynamoDB.</exception>
    public Put ToPut(
        PreparedUser<TUser> created, ExpressionWriter writer, WriteCipher? cipher, Dictionary<string, AttributeValue>? unknown = null)
    {
        writer.AndAbsentOrExpired(table.Model, created.Now);
        return ToPutOfNext(created, writer, cipher, unknown);
    }

    private Put ToReplacingPut(PreparedUser<TUser> user, ExpressionWriter writer, WriteCipher? cipher)
    {
        if (table.Model.Discriminators.Count > 0)
        {
            writer.AndIsUser(table.Model);
            string isUser = writer.Take().Text;
            writer.Append($"(");
            writer.AppendAbsent(table.Model);
            writer.Append($" OR {isUser})");
        }

        writer.And($"attribute_not_exists({writer.Name(table.Model.Restricted)})");

        return ToPutOfNext(user, writer, cipher, unknown: null);
    }

    private Put ToPutOfNext(PreparedUser<TUser> user, ExpressionWriter writer, WriteCipher? cipher, Dictionary<string, AttributeValue>? unknown)
    {
        writer.AndNewerThanLast(writer.Value(user.WriteId), table.Model);
        using MappedUser mapped = table.Requests.Map(user.User, cipher);
        return table.Requests.NewPut(writer, mapped, user.Revision, writer.Take(), unknown);
    }

    private async Task<ConditionFailure?> PutAsync(StoreCall call, PreparedUser<TUser> user, Put put, WriteCipher? cipher)
    {
        Task<bool> WasAppliedAsync() => this.WasAppliedAsync(call, user);
        if (reserving is null || (user.Reserved.Count == 0 && table.Tombstones is null && cipher is null))
            return await table.Requests.PutAsync(call, put, WasAppliedAsync).ConfigureAwait(false);
        ConditionFailure? failure = await reserving.CommitAsync(
            call,
            new TransactWriteItem { Put = put },
            user.Key,
            new ReservationChange(user.Reserved, []),
            WasAppliedAsync,
            isCreate: true,
            companions: table.Encryption?.CompanionsOf(cipher)).ConfigureAwait(false);
        if (failure is null && cipher is not null)
            table.Encryption!.Remember(cipher);
        return failure;
    }

    private async Task<WriteCipher?> NewCipherAsync(StoreCall call, PreparedUser<TUser> user)
    {
        if (table.Encryption is null)
            return null;
        table.Requests.Check(user.User); // an invalid user costs no data key
        return await table.Encryption.ForNewAsync(call, user.Key).ConfigureAwait(false);
    }

    // The user has a data key already, or not any more.
    private async Task<WriteCipher> NextCipherAsync(
        StoreCall call, PreparedUser<TUser> user, ConditionFailure failure, CancellationReason reason, int round)
    {
        if (round > 1)
            await table.DelayOvertakenAsync(call, user.Key, failure).ConfigureAwait(false);
        return await table.Encryption!.ForNewAsync(call, user.Key, reason).ConfigureAwait(false);
    }

    private async Task<bool> WasAppliedAsync(StoreCall call, PreparedUser<TUser> user)
        => await table.FindWrittenAsync(call, user.Key, user.WriteId).ConfigureAwait(false) is not null;

    private async Task<PreparedUser<TUser>> NextAttemptAsync(StoreCall call, StoredUser stored, PreparedUser<TUser> user, ConditionFailure failure)
        => table.Input.WithWriteId(
            user, await table.NextWriteIdAsync(call, stored, user.Key, user.WriteId, failure).ConfigureAwait(false));
}
