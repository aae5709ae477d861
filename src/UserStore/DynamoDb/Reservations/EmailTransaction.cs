using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;

namespace UserStore.DynamoDb.Reservations;

/// <summary>Writes a user and the reservations of its emails in one transaction, again where the reservations turn out otherwise.</summary>
internal sealed class EmailTransaction<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> users, EmailReservations<TUser> reservations)
    where TUser : User
{
    /// <param name="call">The call that writes.</param>
    /// <param name="userWrite">What is to happen to the user, under its condition.</param>
    /// <param name="userId">The user.</param>
    /// <param name="acquire">The email to reserve for the user, if any.</param>
    /// <param name="release">The email to free, if any.</param>
    /// <param name="explainRefusal">Finds out why DynamoDB called the write of the user invalid.</param>
    /// <returns>Null when all was written; else that the condition of <paramref name="userWrite"/> failed, and nothing was
    /// written.</returns>
    /// <exception cref="EmailAlreadyInUseException">Another user has a right to the email.</exception>
    public async Task<UserRefusal?> WriteAsync(
        StoreCall call,
        TransactWriteItem userWrite,
        string userId,
        string? acquire,
        string? release,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainRefusal = null)
    {
        (string Id, StoredUser User)? invalidHolder = null;
        for (int round = 1; ; round++)
        {
            List<TransactWriteItem> actions = [userWrite];
            if (acquire is not null && invalidHolder is { } holder)
            {
                actions.Add(reservations.TakeOver(acquire, userId, holder.Id));
                actions.Add(reservations.RuleOut(holder.Id, holder.User, acquire));
            }
            else if (acquire is not null)
            {
                actions.Add(reservations.Acquire(acquire, userId));
            }

            int reserving = actions.Count;
            if (release is not null)
                actions.Add(reservations.Release(release, userId));

            if (await SendAsync(call, actions, explainRefusal).ConfigureAwait(false) is not { } failure)
                return null;
            List<CancellationReason> reasons = failure.CancellationReasons;
            if (RequestFailure.IsFailedCondition(reasons[0]))
                return new UserRefusal(reasons[0].Item, failure);
            if (release is not null && RequestFailure.IsFailedCondition(reasons[reserving]))
                release = null; // another user holds what this one had: there is nothing to free
            if (reasons.Take(reserving).Any(RequestFailure.IsFailedCondition))
            {
                invalidHolder = await FindInvalidHolderAsync(
                    call, acquire!, userId, reasons[1].Item, failure).ConfigureAwait(false);
            }

            // The second round acts upon what the first found; a third one means that others write at the same time.
            if (round > 1 && !await call.TryDelayAsync().ConfigureAwait(false))
            {
                throw new UserStoreUnavailableException(
                    $"The email of user '{userId}' could not be reserved, because other writes kept changing its reservation. Try again.", failure);
            }
        }
    }

    /// <summary>Sends actions as they are, each user's own and the acquisition of its email.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="actions">The actions, in an order that the caller knows.</param>
    /// <param name="explainRefusal">Finds out why DynamoDB called the request invalid.</param>
    /// <param name="batchSize">How many users it writes, if it is a batch.</param>
    /// <returns>Null when all was written; else why nothing was.</returns>
    public async Task<TransactionCanceledException?> SendAsync(
        StoreCall call,
        List<TransactWriteItem> actions,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainRefusal = null,
        int? batchSize = null)
    {
        // Under one token DynamoDB applies a request once, however often it arrives; other actions are another request.
        var request = new TransactWriteItemsRequest
        {
            TransactItems = actions,
            ClientRequestToken = Guid.NewGuid().ToString(),
            ReturnConsumedCapacity = call.Capacity,
        };
        WriteResult<TransactWriteItemsResponse> answer = await call.WriteAsync(
            "TransactWriteItems",
            users.Schema.Tables,
            token => users.Client.TransactWriteItemsAsync(request, token),
            explainRefusal,
            batchSize: batchSize).ConfigureAwait(false);
        return (TransactionCanceledException?)answer.FailedCondition;
    }

    private async Task<(string Id, StoredUser User)?> FindInvalidHolderAsync(
        StoreCall call, string email, string userId, Dictionary<string, AttributeValue>? reservation, Exception failure)
    {
        string? ownerUserId = reservations.OwnerIn(reservation)
            ?? await reservations.FindOwnerUserIdAsync(call, email).ConfigureAwait(false);
        if (ownerUserId is null || ownerUserId == userId)
            return null;
        StoredUser holder = await users.ReadAsync(call, ownerUserId).ConfigureAwait(false);
        return reservations.IsValidOwner(holder, email)
            ? throw new EmailAlreadyInUseException(ownerUserId, failure)
            : (ownerUserId, holder);
    }
}
