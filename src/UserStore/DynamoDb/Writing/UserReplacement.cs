using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Encryption;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Writing;

/// <summary>Replaces the revision of a user that was read; in a transaction, when unique values change.</summary>
internal sealed class UserReplacement<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, ReservingTransaction<TUser>? reserving)
    where TUser : class
{
    private UserModel Model => table.Model;

    /// <param name="call">The call that writes.</param>
    /// <param name="user">The user as the caller changed it.</param>
    /// <param name="next">The user as it is to be stored.</param>
    public async Task<TUser> ReplaceAsync(StoreCall call, TUser user, PreparedUser<TUser> next)
    {
        UserRevision? known = table.Input.Roles.KnownOf(user);
        long? version = table.Input.Roles.VersionOf(user);
        bool mustRead = MustRead(known, version, next);
        if (mustRead || table.Encryption is not null)
            table.Requests.Check(next.User); // an invalid user costs no request
        StoredUser? read = null;
        if (mustRead)
        {
            StoredUser stored = await table.ReadExpectedAsync(call, next.Key, user, known).ConfigureAwait(false);
            StoredUser unlocked = await table.UnlockAsync(call, stored).ConfigureAwait(false);
            if (!unlocked.IsRevisionOf(stored)) // deleted, and perhaps created again, since it was compared
                throw unlocked.Conflict(next.Key, version, next.Now);
            (read, next) = (unlocked, Continue(next, unlocked, known));
        }

        WriteCipher? cipher = null;
        if (table.Encryption is { } encryption)
        {
            cipher = read is { } stored
                ? await encryption.ForUpdateAsync(call, next.Key, stored.Item, stored.Cipher).ConfigureAwait(false)
                : await encryption.ForUpdateAsync(call, next.Key).ConfigureAwait(false);
        }

        bool responseWasLost = false;
        for (int round = 1; await WriteAsync(call, next, known, version, read, cipher).ConfigureAwait(false) is { } failure; round++)
        {
            failure = failure with { ResponseWasLost = failure.ResponseWasLost || responseWasLost };
            StoredUser found = await table.ReadConflictingAsync(call, next.Key, failure).ConfigureAwait(false);
            UserStoreException refusal = found.Conflict(next.Key, version, next.Now, failure.Exception);
            switch (WriteSettlement.Settle(found, next.WriteId, failure, isRefused: true, isPinned: true, birthId: next.Revision.BirthId))
            {
                case WriteOutcome.Applied:
                    return next.User;
                case WriteOutcome.Unknown:
                    throw call.OutcomeUnknown(failure.Operation, table.Users, next.Key, refusal);
            }

            if (cipher is null || await NextCipherAsync(call, cipher, found, failure).ConfigureAwait(false) is not { } other)
                throw refusal;
            if (round > 1)
                await table.DelayOvertakenAsync(call, next.Key, failure).ConfigureAwait(false);
            (cipher, responseWasLost) = (other, failure.ResponseWasLost);
        }

        if (cipher is not null)
            table.Encryption!.Remember(cipher);
        return next.User;
    }

    // Null if the write did not fail because of the data key, or the user is deleted by now.
    private async Task<WriteCipher?> NextCipherAsync(StoreCall call, WriteCipher cipher, StoredUser found, ConditionFailure failure)
    {
        (UserEncryption encryption, UserKey key) = (table.Encryption!, cipher.Cipher.Key);
        if (failure.Companion is { } companion)
            return await encryption.ForNewAsync(call, key, companion).ConfigureAwait(false);
        if (!encryption.IsOther(cipher, found.Item))
            return null;
        found = await table.UnlockAsync(call, found).ConfigureAwait(false);
        return found.IsUser ? await encryption.ForUpdateAsync(call, key, found.Item, found.Cipher).ConfigureAwait(false) : null;
    }

    // What is not known of the stored user is read, and never guessed.
    private bool MustRead(UserRevision? known, long? version, PreparedUser<TUser> next)
    {
        if (known is not { WriteId: not null } || version is null || Model.WrittenOnce.Count > 0)
            return true;
        // A fingerprint shows that a value has changed, but not from which.
        return reserving is not null && known.AreFingerprints && !known.HoldsAll(next.Held);
    }

    // The revision follows the one that was read, and values that are written once stay.
    private PreparedUser<TUser> Continue(PreparedUser<TUser> next, StoredUser read, UserRevision? known)
    {
        if (known is null)
            table.Input.CheckExpiry(next); // of which only the stored user showed whether it is a new one
        if (Model.WrittenOnce.Count > 0)
        {
            TUser before = table.ToUser(read);
            foreach (MappedProperty property in Model.WrittenOnce.Where(read.Has))
                property.SetValue(next.User, property.GetValue(before));
            next = next with
            {
                Held = HeldValues.Of(table.Input.Roles.ReservedTexts(next.User)),
                Reserved = table.Input.UniqueValues.ReservedIn(
                    property => property.IsWrittenOnce && read.Has(property) ? read.ScalarOf(property) : property.ScalarOf(next.User)),
            };
        }

        Revision revision = read.Revision.Next(table.Input.WriteIds.NextAbove(read.Revision.WriteId, next.Key));
        table.Input.Roles.Attach(next.User, revision.WriteId, revision.BirthId);
        return next with { Revision = revision };
    }

    private async Task<ConditionFailure?> WriteAsync(
        StoreCall call, PreparedUser<TUser> next, UserRevision? known, long? version, StoredUser? read, WriteCipher? cipher)
    {
        // Most saves change no unique value. Unchanged fingerprints, without which the user was read, mean that it holds the values still.
        bool isUnchanged = read is null && (known!.AreFingerprints || known.Values.Equals(next.Held));
        StoredUser? before = isUnchanged ? null : read ?? table.Holding(next.Key, known!.Values);
        using ExpressionWriter writer = table.Requests.NewExpression();
        Update update = ToUpdate(next, known, version, read, before, writer, cipher);
        ReservationChange change = before is { } changed && reserving is not null ? reserving.ChangeOf(changed, next.Reserved) : ReservationChange.None;
        IReadOnlyList<TransactWriteItem> companions = table.Encryption?.CompanionsOf(cipher) ?? [];
        if (!change.IsEmpty || companions.Count > 0)
        {
            return await reserving!.CommitAsync(
                call, new TransactWriteItem { Update = update }, next.Key, change, WasAppliedAsync, companions: companions).ConfigureAwait(false);
        }

        return (await table.Requests.UpdateAsync(call, update, returnsItem: false, WasAppliedAsync).ConfigureAwait(false)).Failure;

        async Task<bool> WasAppliedAsync()
            => await table.FindWrittenAsync(call, next.Key, next.WriteId).ConfigureAwait(false) is not null;
    }

    // All attributes of the model, so that others survive, and the ids of earlier writes, which users do not contain, are shifted. The values that
    // the user holds are compared although the revision is: other programs and the audit change values without a new one.
    private Update ToUpdate(
        PreparedUser<TUser> next,
        UserRevision? known,
        long? version,
        StoredUser? read,
        StoredUser? before,
        ExpressionWriter writer,
        WriteCipher? cipher)
    {
        writer.BeginRevision(next.WriteId, Model);
        using MappedUser mapped = table.Requests.Map(next.User, cipher); // without the attributes whose value is null
        Span<bool> isRemoved = stackalloc bool[Model.Attributes.Count];
        writer.Append($"SET ");
        for (int i = 0; i < isRemoved.Length; i++)
        {
            string attribute = Model.Attributes[i];
            if (Model.IsOfRevision(attribute) || IsKept(attribute, read))
                continue;
            if (mapped.AddTo(writer, i) is { } value)
                writer.Append($"{writer.Name(attribute)} = {value}, ");
            else
                isRemoved[i] = true;
        }

        table.Encryption?.AppendBinding(writer, cipher);
        writer.AppendNextRevision(Model, replacesVersion: read is { } found ? found.Revision.Version is null : version is null);
        string word = " REMOVE ";
        for (int i = 0; i < isRemoved.Length; i++)
        {
            if (!isRemoved[i])
                continue;
            writer.Append($"{word}{writer.Name(Model.Attributes[i])}");
            word = ", ";
        }

        ExpressionText update = writer.Take();
        if (read is { } stored)
            writer.AndSameRevision(stored, Model);
        else
            writer.AndRevision(version!.Value, known!.WriteId, Model);
        writer.AndWritable(Model, next.Now);
        table.Encryption?.AndBound(writer, cipher);
        if (before is { } held)
            table.AndSameValues(writer, held, Model.UniqueValues);
        else
            table.AndSameValues(writer, next.Held);
        return table.Requests.NewUpdate(writer, next.Key, update, writer.Take());
    }

    // Also NULL: an attribute that is written once is neither written nor removed.
    private bool IsKept(string attribute, StoredUser? read)
    {
        for (int i = 0; i < Model.WrittenOnce.Count; i++)
        {
            if (Model.WrittenOnce[i].AttributeName == attribute)
                return read?.Has(Model.WrittenOnce[i]) == true;
        }

        return false;
    }
}
