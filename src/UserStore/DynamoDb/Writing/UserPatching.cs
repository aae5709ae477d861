using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Writing;

/// <summary>Applies patches: in one request without reading, or, when the email may change, over the revision read before.</summary>
internal sealed class UserPatching<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, EmailTransaction<TUser>? emails)
    where TUser : User
{
    public async Task<TUser> PatchAsync(PreparedPatch patch, CancellationToken cancellationToken)
    {
        StoreCall call = table.Sender.Begin(cancellationToken, patch.UserId);
        if (emails is not null && patch.EmailChange is { } change)
            return await PatchEmailAsync(call, patch, (string?)change.Value).ConfigureAwait(false);

        Update update = PatchExpression.ToUpdate(patch, table.Items.MapChanges(patch.Changes), table.Schema);
        (StoredUser patched, UserRefusal? refusal) = await UpdateAsync(call, patch, update).ConfigureAwait(false);
        if (refusal is null)
            return table.ToUser(patched);

        StoredUser stored = await table.ReadRefusingAsync(call, patch.UserId, refusal.Item).ConfigureAwait(false);
        if (stored.WasWrittenBy(patch.WriteId))
            return table.ToUser(stored);
        if (refusal.ResponseWasLost && stored.HasForgotten(patch.ExpectedVersion + 1))
            throw new UserWriteOutcomeUnknownException(patch.UserId, refusal.Failure);
        throw PatchFailure.Explain(patch, stored, refusal.Failure);
    }

    // The email that is to be released must be known, and a transaction returns no item: so the new user is computed from the one read,
    // and written over no other.
    private async Task<TUser> PatchEmailAsync(StoreCall call, PreparedPatch patch, string? email)
    {
        for (int round = 1; ; round++)
        {
            StoredUser stored = await table.ReadAsync(call, patch.UserId).ConfigureAwait(false);
            if (stored.WasWrittenBy(patch.WriteId))
                return table.ToUser(stored);
            PatchFailure.ThrowIfRefused(patch, stored);
            TUser user = table.ToUser(stored);
            TUser patched = patch.ApplyTo(user, stored.Has);
            PreparedPatch computed = patch.SettingValuesOf(patched);
            Update update = PatchExpression.ToUpdate(computed, table.Items.MapChanges(computed.Changes), table.Schema, basis: user);
            UserRefusal? refusal = email == stored.Email
                ? (await UpdateAsync(call, patch, update).ConfigureAwait(false)).Refusal
                : await ChangeEmailAsync(call, patch, update, stored.Email, email).ConfigureAwait(false);
            if (refusal is null)
                return patched;

            StoredUser found = await table.ReadRefusingAsync(call, patch.UserId, refusal.Item).ConfigureAwait(false);
            if (found.WasWrittenBy(patch.WriteId))
                return table.ToUser(found);
            if (found.IsRevisionOf(user))
                throw PatchFailure.Explain(patch, found, refusal.Failure);
            if (round > 1 && !await call.TryDelayAsync().ConfigureAwait(false))
                throw new UserConflictException(patch.UserId, user.Version, found.Version, found.IsAbsent, refusal.Failure);
        }
    }

    private async Task<(StoredUser Patched, UserRefusal? Refusal)> UpdateAsync(StoreCall call, PreparedPatch patch, Update update)
    {
        UpdateItemRequest request = update.ToRequest();
        StoredUser? written = null;
        WriteResult<UpdateItemResponse> answer = await call.WriteAsync(
            "UpdateItem",
            table.Users,
            token => table.Client.UpdateItemAsync(request, token),
            refusal => ExplainInvalidAsync(call, patch, refusal),
            wasApplied: async () => (written = await table.FindWrittenAsync(call, patch.UserId, patch.WriteId).ConfigureAwait(false)) is not null)
            .ConfigureAwait(false);
        return (written ?? new StoredUser(answer.Response?.Attributes, table.Model), UserRefusal.Of(answer));
    }

    private Task<UserRefusal?> ChangeEmailAsync(
        StoreCall call, PreparedPatch patch, Update update, string? storedEmail, string? email)
    {
        string? reserved = table.Requests.ReservationOf(storedEmail);
        return emails!.WriteAsync(
            call,
            new TransactWriteItem { Update = update },
            patch.UserId,
            acquire: email,
            release: reserved == email ? null : reserved,
            failure => ExplainInvalidAsync(call, patch, failure));
    }

    private async Task<UserStoreException> ExplainInvalidAsync(StoreCall call, PreparedPatch patch, AmazonDynamoDBException refusal)
        => PatchFailure.ExplainInvalid(patch, await table.ReadAsync(call, patch.UserId).ConfigureAwait(false), refusal);
}
