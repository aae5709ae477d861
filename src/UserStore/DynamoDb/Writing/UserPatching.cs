using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Writing;

/// <summary>Applies patches: in one request without a read, or, when the email may change, to the revision read before.</summary>
internal sealed class UserPatching<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, EmailTransaction<TUser>? emails)
    where TUser : User
{
    public async Task<TUser> PatchAsync(StoreCall call, PreparedPatch patch)
    {
        if (emails is not null && patch.EmailChange is { } change)
            return await PatchEmailAsync(call, patch, (string?)change.Value).ConfigureAwait(false);

        Update update = PatchExpression.ToUpdate(patch, table.Items.MapChanges(patch.Changes), table.Schema);
        (StoredUser patched, ConditionFailure? failure) = await UpdateAsync(call, patch, update).ConfigureAwait(false);
        if (failure is null)
            return table.ToUser(patched);

        StoredUser stored = await table.ReadConflictingAsync(call, patch.UserId, failure).ConfigureAwait(false);
        if (stored.Revision.WasWrittenBy(patch.WriteId))
            return table.ToUser(stored);
        if (failure.ResponseWasLost && stored.Revision.HasForgotten(patch.ExpectedVersion + 1))
            throw new UserWriteOutcomeUnknownException(patch.UserId, failure.Exception);
        throw PatchFailure.Explain(patch, stored, failure.Exception);
    }

    // The email to release must be known, and a transaction returns no item: so the new user is computed from the one that was read, and
    // replaces no other revision.
    private async Task<TUser> PatchEmailAsync(StoreCall call, PreparedPatch patch, string? email)
    {
        for (int round = 1; ; round++)
        {
            StoredUser stored = await table.ReadAsync(call, patch.UserId).ConfigureAwait(false);
            if (stored.Revision.WasWrittenBy(patch.WriteId))
                return table.ToUser(stored);
            PatchFailure.ThrowIfImpossible(patch, stored);
            TUser user = table.ToUser(stored);
            TUser patched = patch.ApplyTo(user, stored.Has);
            PreparedPatch computed = patch.SettingValuesOf(patched);
            Update update = PatchExpression.ToUpdate(computed, table.Items.MapChanges(computed.Changes), table.Schema, basis: user);
            ConditionFailure? failure = email == stored.Email
                ? (await UpdateAsync(call, patch, update).ConfigureAwait(false)).Failure
                : await ChangeEmailAsync(call, patch, update, stored.Email, email).ConfigureAwait(false);
            if (failure is null)
                return patched;

            StoredUser found = await table.ReadConflictingAsync(call, patch.UserId, failure).ConfigureAwait(false);
            if (found.Revision.WasWrittenBy(patch.WriteId))
                return table.ToUser(found);
            if (found.IsRevisionOf(user))
                throw PatchFailure.Explain(patch, found, failure.Exception);
            if (round > 1 && !await call.TryDelayAsync().ConfigureAwait(false))
                throw new UserConflictException(patch.UserId, user.Version, found.Revision.Version, found.IsAbsent, failure.Exception);
        }
    }

    private async Task<(StoredUser Patched, ConditionFailure? Failure)> UpdateAsync(StoreCall call, PreparedPatch patch, Update update)
    {
        UpdateItemRequest request = update.ToRequest();
        StoredUser? written = null;
        WriteResult<UpdateItemResponse> result = await call.WriteAsync(
            "UpdateItem",
            table.Users,
            token => table.Client.UpdateItemAsync(request, token),
            invalid => ExplainInvalidAsync(call, patch, invalid),
            wasApplied: async () => (written = await table.FindWrittenAsync(call, patch.UserId, patch.WriteId).ConfigureAwait(false)) is not null)
            .ConfigureAwait(false);
        return (written ?? new StoredUser(result.Response?.Attributes, table.Model), result.Failure);
    }

    private Task<ConditionFailure?> ChangeEmailAsync(
        StoreCall call, PreparedPatch patch, Update update, string? storedEmail, string? email)
    {
        string? reserved = table.Input.ReservationOf(storedEmail);
        return emails!.CommitAsync(
            call,
            new TransactWriteItem { Update = update },
            patch.UserId,
            acquire: email,
            release: reserved == email ? null : reserved,
            invalid => ExplainInvalidAsync(call, patch, invalid));
    }

    private async Task<UserStoreException> ExplainInvalidAsync(StoreCall call, PreparedPatch patch, AmazonDynamoDBException invalid)
        => PatchFailure.ExplainInvalid(patch, await table.ReadAsync(call, patch.UserId).ConfigureAwait(false), invalid);
}
