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

/// <summary>Applies patches: in one request without a read, or, when unique values may change, to the revision read before.</summary>
internal sealed class UserPatching<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, ReservingTransaction<TUser>? reserving)
    where TUser : class
{
    private readonly PatchExpression<TUser> _expression = new(table.Requests, table.Model, table.Encryption);

    public async Task<TUser> PatchAsync(StoreCall call, PreparedPatch patch)
    {
        bool changesReservations = table.Schema.Reservations is not null && patch.ChangesUniqueValue;
        bool encrypts = Encrypts(patch);
        if (changesReservations || encrypts)
            table.Items.Check(patch.Changes); // an invalid patch costs no request
        if (changesReservations)
            return await PatchValuesAsync(call, patch).ConfigureAwait(false);
        if (table.Encryption is not { } encryption)
            return await PatchWithoutReadAsync(call, patch).ConfigureAwait(false);
        if (!encrypts)
        {
            // The data key is needed for what the patch returns only.
            Task<DataKey?> begun = encryption.BeginAsync(call, patch.Key);
            try
            {
                return await PatchWithoutReadAsync(call, patch, begun: begun).ConfigureAwait(false);
            }
            finally
            {
                await ((Task)begun).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        WriteCipher cipher = await encryption.ForUpdateAsync(call, patch.Key).ConfigureAwait(false);
        return cipher.Binding == DataKeyBinding.Bound
            ? await PatchWithoutReadAsync(call, patch, cipher, Task.FromResult(cipher.Cipher.DataKey)).ConfigureAwait(false)
            : await PatchValuesAsync(call, patch).ConfigureAwait(false);
    }

    private static bool Encrypts(PreparedPatch patch) => patch.Changes.Any(
        change => UserItems<TUser>.IsNewValue(change) && change.Property.IsEncrypted);

    private async Task<TUser> PatchWithoutReadAsync(
        StoreCall call, PreparedPatch patch, WriteCipher? cipher = null, Task<DataKey?>? begun = null)
    {
        StoredUser? begunOn = null;
        using MappedUser values = table.Requests.MapChanges(patch.Changes, cipher);
        while (true)
        {
            using ExpressionWriter writer = table.Requests.NewExpression();
            Update update = _expression.ToUpdate(patch, values, writer, begunOn, cipher);
            (ReadItem<TUser> written, ConditionFailure? failure, bool hasOtherVersion) = await UpdateAsync(call, patch, update).ConfigureAwait(false);
            if (hasOtherVersion)
            {
                patch = patch with { ReplacesVersion = true };
                continue;
            }

            if (failure is null)
            {
                return table.Encryption is null
                    ? table.ToWrittenUser(written)
                    : await table.ToWrittenUserAsync(call, new StoredUser(written.Item, table.Model), begun).ConfigureAwait(false);
            }

            StoredUser stored = await table.ReadConflictingAsync(call, patch.Key, failure).ConfigureAwait(false);
            bool isOfOtherKey = cipher is not null && stored.Exists(patch.Now) && table.Encryption!.IsOther(cipher, stored.Item);
            UserStoreException? refusal = begunOn is { } user && !stored.IsBornAs(user)
                ? new UserNotFoundException(patch.Key, failure.Exception)
                : isOfOtherKey ? null : PatchFailure.Explain(patch, stored, failure.Exception);
            switch (WriteSettlement.Settle(stored, patch.WriteId, failure, isRefused: refusal is not null))
            {
                case WriteOutcome.Applied:
                    return await table.ToWrittenUserAsync(call, stored, begun).ConfigureAwait(false);
                case WriteOutcome.Refused:
                    throw refusal!;
                case WriteOutcome.Unknown:
                    throw call.OutcomeUnknown(failure.Operation, table.Users, patch.Key, refusal ?? (Exception)failure.Exception);
                default:
                    patch = patch with
                    {
                        WriteId = await table.NextWriteIdAsync(call, stored, patch.Key, patch.WriteId, failure).ConfigureAwait(false),
                        ReplacesVersion = stored.HasVersionOfOtherType,
                    };
                    begunOn = stored;
                    break;
            }

            if (isOfOtherKey)
                return await PatchValuesAsync(call, patch, begunOn).ConfigureAwait(false);
        }
    }

    // The values to release must be known, and a transaction returns no item: so the new user is computed from the one that was read, and
    // replaces no other revision.
    private async Task<TUser> PatchValuesAsync(StoreCall call, PreparedPatch patch, StoredUser? begunOn = null)
    {
        for (int round = 1; ; round++)
        {
            StoredUser stored = await table.UnlockAsync(call, await table.ReadAsync(call, patch.Key).ConfigureAwait(false)).ConfigureAwait(false);
            if (begunOn is { } user && !stored.IsBornAs(user))
                throw new UserNotFoundException(patch.Key);
            PatchFailure.ThrowIfImpossible(patch, stored);
            begunOn = stored;
            WriteCipher? cipher = table.Encryption is { } encryption && Encrypts(patch)
                ? await encryption.ForUpdateAsync(call, patch.Key, stored.Item, stored.Cipher).ConfigureAwait(false)
                : null;

            patch = patch with
            {
                WriteId = table.Input.WriteIds.NextAbove(stored.Revision.WriteId, patch.Key),
                ReplacesVersion = stored.HasUnusableVersion,
            };
            TUser patched = patch.ApplyTo(table.ToUser(stored), stored.Has);
            PreparedPatch computed = patch.SettingValuesOf(patched);
            using MappedUser values = table.Requests.MapChanges(computed.Changes, cipher);
            using ExpressionWriter writer = table.Requests.NewExpression();
            Update update = _expression.ToUpdateOf(computed, values, writer, cipher, condition =>
            {
                condition.AndSameRevision(stored, table.Model);
                table.AndSameValues(condition, stored, table.Model.UniqueValues);
            });
            ReservationChange change = reserving!.ChangeOf(stored, table.Input.UniqueValues.CheckedIn(ScalarAfter));
            Attach(patched, patch, stored, ScalarAfter);
            IReadOnlyList<TransactWriteItem> companions = table.Encryption?.CompanionsOf(cipher) ?? [];
            ConditionFailure? failure = change.IsEmpty && companions.Count == 0
                ? (await UpdateAsync(call, patch, update).ConfigureAwait(false)).Failure
                : await ChangeValuesAsync(call, patch, update, change, companions).ConfigureAwait(false);
            if (failure is null)
                return patched;
            if (cipher is not null)
                table.Encryption!.Keys.Drop(patch.Key); // it may be another one by now

            StoredUser found = await table.ReadConflictingAsync(call, patch.Key, failure).ConfigureAwait(false);
            bool isRefused = found.IsRevisionOf(stored) && failure.Companion is null && (cipher is null || !table.Encryption!.IsOther(cipher, found.Item));
            switch (WriteSettlement.Settle(found, patch.WriteId, failure, isRefused, isPinned: true, birthId: stored.Revision.BirthId))
            {
                case WriteOutcome.Applied:
                    return await table.ToWrittenUserAsync(call, found).ConfigureAwait(false);
                case WriteOutcome.Unknown:
                    throw call.OutcomeUnknown(failure.Operation, table.Users, patch.Key, failure.Exception);
                case WriteOutcome.Refused when PatchFailure.Explain(patch, found, failure.Exception) is { } refusal:
                    throw refusal;
            }

            if (round > 1)
                await table.DelayOvertakenAsync(call, patch.Key, failure).ConfigureAwait(false);

            StoredScalar? ScalarAfter(MappedProperty property) => property.IsEncrypted && computed.Sets(property)
                ? table.Input.UniqueValues.HashesIn(property, patched)
                : computed.ScalarAfter(property, patched, stored.ScalarOf);
        }
    }

    // What the table holds, which the properties do not show where it is absent or has another form.
    private void Attach(TUser patched, PreparedPatch patch, StoredUser stored, Func<MappedProperty, StoredScalar?> scalarAfter)
    {
        if (table.Model.Revision is null)
            return;
        bool haveTexts = table.Model.ReservedProperties.All(property => !stored.HasValue(property) || stored.ScalarOf(property) is not null);
        string?[] texts = [.. table.Model.ReservedProperties.Select(
            property => scalarAfter(property) is { } scalar ? UserRoleValues.TextOf(property, scalar) : null)];
        table.Input.Roles.Attach(patched, patch.WriteId, stored.Revision.BirthId, haveTexts ? HeldValues.Of(texts) : null, content: null);
    }

    private async Task<(ReadItem<TUser> Written, ConditionFailure? Failure, bool HasOtherVersion)> UpdateAsync(
        StoreCall call, PreparedPatch patch, Update update)
    {
        StoredUser? read = null;
        bool hasOtherVersion = false;
        try
        {
            WriteResult<ReadItem<TUser>> result = await table.Requests.UpdateAsync(
                call,
                update,
                returnsItem: true,
                wasApplied: async () => (read = await table.FindWrittenAsync(call, patch.Key, patch.WriteId).ConfigureAwait(false)) is not null,
                async invalid =>
                {
                    StoredUser stored = await table.ReadAsync(call, patch.Key).ConfigureAwait(false);
                    hasOtherVersion = stored.HasVersionOfOtherType && !patch.ReplacesVersion;
                    return PatchFailure.ExplainInvalid(patch, stored, invalid);
                }).ConfigureAwait(false);
            return (read is { } written ? ReadItem<TUser>.Of(written.Item) : result.Response, result.Failure, false);
        }
        catch (UserStoreException failure) when (hasOtherVersion && failure is InvalidUserException or UserWriteOutcomeUnknownException)
        {
            return (default, null, true); // DynamoDB cannot increment it, and applies one of the two requests with this id at most
        }
    }

    private Task<ConditionFailure?> ChangeValuesAsync(
        StoreCall call, PreparedPatch patch, Update update, ReservationChange change, IReadOnlyList<TransactWriteItem> companions)
        => reserving!.CommitAsync(
            call,
            new TransactWriteItem { Update = update },
            patch.Key,
            change,
            wasApplied: async () => await table.FindWrittenAsync(call, patch.Key, patch.WriteId).ConfigureAwait(false) is not null,
            async invalid => PatchFailure.ExplainInvalid(patch, await table.ReadAsync(call, patch.Key).ConfigureAwait(false), invalid),
            companions: companions);
}
