using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;

namespace UserStore.DynamoDb.Reservations;

/// <summary>Writes a user and the reservations of its emails in one transaction, and again when the reservations turn out to be
/// different.</summary>
internal sealed class EmailTransaction<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> users, EmailReservations<TUser> reservations)
    where TUser : User
{
    /// <param name="call">The call that writes.</param>
    /// <param name="userWrite">The write of the user, with its condition.</param>
    /// <param name="key">The user.</param>
    /// <param name="acquire">The email to reserve for the user, if any.</param>
    /// <param name="release">The email to release, if any.</param>
    /// <param name="wasApplied">Reads whether everything was written, after a response was lost and no retry received one.</param>
    /// <param name="explainInvalid">Returns the exception for a write of the user that DynamoDB calls invalid.</param>
    /// <returns>Null when everything was written; otherwise the failed condition of <paramref name="userWrite"/>, and nothing was
    /// written.</returns>
    /// <exception cref="EmailAlreadyInUseException">Another user owns the email.</exception>
    public async Task<ConditionFailure?> CommitAsync(
        StoreCall call,
        TransactWriteItem userWrite,
        UserKey key,
        string? acquire,
        string? release,
        Func<Task<bool>>? wasApplied = null,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid = null)
    {
        (UserKey Key, StoredUser User)? invalidOwner = null;
        bool responseWasLost = false;
        for (int round = 1; ; round++)
        {
            List<TransactWriteItem> actions = [userWrite];
            if (acquire is not null && invalidOwner is { } owner)
            {
                actions.Add(reservations.TakeOver(acquire, key, owner.Key));
                actions.Add(reservations.RuleOut(owner.Key, owner.User, acquire));
            }
            else if (acquire is not null)
            {
                actions.Add(reservations.Acquire(acquire, key));
            }

            int reserving = actions.Count;
            if (release is not null)
                actions.Add(reservations.Release(release, key));

            if (await SendOnceAsync(call, actions, wasApplied, explainInvalid).ConfigureAwait(false) is not { } failure)
                return null;
            // An attempt of an earlier round, which has another token, can still arrive or have arrived late.
            failure = failure with { ResponseWasLost = responseWasLost || failure.ResponseWasLost, MayBeApplied = responseWasLost };
            responseWasLost = failure.ResponseWasLost;
            if (failure.Concerns(0))
                return failure;
            if (release is not null && failure.Concerns(reserving))
                release = null; // another user owns what this one had: there is nothing to release
            try
            {
                if (Enumerable.Range(0, reserving).Any(failure.Concerns))
                {
                    invalidOwner = await FindInvalidOwnerAsync(
                        call, acquire!, key, failure.Reasons[1].Item, failure.Exception).ConfigureAwait(false);
                }

                // The second round uses what the first one found; a third one means that others write concurrently.
                if (round > 1 && !await call.TryDelayAsync().ConfigureAwait(false))
                    throw KeptChanging(key, failure);
            }
            catch (Exception refusal) when (responseWasLost && refusal is not OperationCanceledException)
            {
                throw call.OutcomeUnknown(failure.Operation, users.Schema.Tables, key, refusal);
            }
        }
    }

    /// <summary>Sends actions as they are: those of users, and of reservations that go with them.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="actions">The actions, in an order that the caller knows.</param>
    /// <param name="wasApplied">Reads whether everything was written, after a response was lost and no retry received one.</param>
    /// <param name="explainInvalid">Returns the exception for actions that DynamoDB calls invalid.</param>
    /// <param name="batchSize">The number of users, if it is a batch.</param>
    /// <returns>Null when everything was written; otherwise the failed conditions, and nothing was written.</returns>
    public async Task<ConditionFailure?> SendOnceAsync(
        StoreCall call,
        List<TransactWriteItem> actions,
        Func<Task<bool>>? wasApplied = null,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid = null,
        int? batchSize = null)
    {
        TransactWriteItemsRequest request = ToRequest(actions, call);
        WriteResult<TransactWriteItemsResponse> result = await call.WriteAsync(
            "TransactWriteItems",
            users.Schema.Tables,
            token => users.Client.TransactWriteItemsAsync(request, token),
            explainInvalid,
            wasApplied,
            batchSize).ConfigureAwait(false);
        return result.Failure is { } failure ? failure with { MayBeApplied = false } : null; // the token would have returned its success
    }

    private UserStoreUnavailableException KeptChanging(UserKey key, ConditionFailure failure) => new(
        $"The email of user '{key}' could not be reserved, because other writers kept changing its reservation. Retry later.", failure.Exception)
    {
        Operation = failure.Operation,
        TableNames = [.. users.Schema.Tables.Select(table => table.TableName)],
    };

    // DynamoDB applies the request of one token once, however often it arrives; other actions are another request.
    private static TransactWriteItemsRequest ToRequest(List<TransactWriteItem> actions, StoreCall call) => new()
    {
        TransactItems = actions,
        ClientRequestToken = Guid.NewGuid().ToString(),
        ReturnConsumedCapacity = call.Capacity,
    };

    private async Task<(UserKey Key, StoredUser User)?> FindInvalidOwnerAsync(
        StoreCall call, string email, UserKey key, Dictionary<string, AttributeValue>? reservation, Exception failure)
    {
        UserKey? found = reservations.OwnerIn(reservation) ?? await reservations.FindOwnerKeyAsync(call, email).ConfigureAwait(false);
        if (found is not { } ownerKey || ownerKey == key)
            return null;
        StoredUser owner = await users.ReadAsync(call, ownerKey).ConfigureAwait(false);
        return reservations.IsValidOwner(owner, email)
            ? throw new EmailAlreadyInUseException(ownerKey, failure)
            : (ownerKey, owner);
    }
}
