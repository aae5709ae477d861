using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.DocumentModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Writing;
using UserStore.Modeling;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Auditing;

/// <summary>Inspects one user or reservation that seems inconsistent, and repairs it. A user and its reservation are read in one snapshot,
/// so that concurrent writes are not mistaken for inconsistencies.</summary>
internal sealed class EmailInspection<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> users, UserWrites<TUser> writes)
    where TUser : User
{
    // What changes before every repair is in use, and inconsistent only for a moment.
    private const int MaxRounds = 5;

    private readonly EmailReservations<TUser> _reservations = writes.Reservations!;

    /// <summary>Inspects a user whose email did not seem to be reserved for it.</summary>
    /// <returns>The inconsistency, or null.</returns>
    public async Task<UserEmailFinding?> InspectUserAsync(string userId, string email, bool repair, CancellationToken cancellationToken)
    {
        StoreCall call = users.Sender.Begin(cancellationToken, userId);
        UserEmailFinding? finding = null;
        for (int round = 1; round <= MaxRounds; round++)
        {
            (StoredUser user, string? ownerUserId) = await _reservations.ReadBothAsync(call, userId, email).ConfigureAwait(false);
            if (!_reservations.IsValidOwner(user, email) || ownerUserId == userId)
                return null;
            if (await FindOtherUserAsync(call, userId, user.Email!, email, ownerUserId).ConfigureAwait(false) is { } otherId)
                return new UserEmailFinding(UserEmailProblem.DuplicateEmail, email, userId, otherId);

            finding = new UserEmailFinding(UserEmailProblem.UserWithoutReservation, email, userId);
            try
            {
                if (repair && await ReserveAsync(call, user, email, cancellationToken).ConfigureAwait(false))
                    return finding with { IsRepaired = true };
            }
            catch (EmailAlreadyInUseException taken)
            {
                return new UserEmailFinding(UserEmailProblem.DuplicateEmail, email, userId, taken.OwnerUserId);
            }
            catch (UserStoreSchemaException unreadable) when (unreadable.UserId is not null && users.ReportsUnreadable)
            {
                users.Report(unreadable);
                return finding;
            }

            if (!repair)
                return finding;
        }

        return finding;
    }

    /// <summary>Inspects a user whose email did not seem to be valid.</summary>
    /// <returns>The inconsistency, or null.</returns>
    public async Task<UserEmailFinding?> InspectInvalidAsync(string userId, CancellationToken cancellationToken)
    {
        StoredUser user = await users.ReadAsync(users.Sender.Begin(cancellationToken), userId).ConfigureAwait(false);
        return user.Exists(users.Input.Now()) && user.Email is { } email && users.Input.ReservationOf(email) is null
            ? new UserEmailFinding(UserEmailProblem.InvalidEmail, email, userId)
            : null;
    }

    /// <summary>Inspects a reservation whose owner did not seem to have the email.</summary>
    /// <returns>The inconsistency, or null.</returns>
    public async Task<UserEmailFinding?> InspectReservationAsync(
        string email, string ownerUserId, bool repair, CancellationToken cancellationToken)
    {
        StoreCall call = users.Sender.Begin(cancellationToken, ownerUserId);
        UserEmailFinding? finding = null;
        for (int round = 1; round <= MaxRounds; round++)
        {
            (StoredUser owner, string? current) = await _reservations.ReadBothAsync(call, ownerUserId, email).ConfigureAwait(false);
            if (current != ownerUserId || _reservations.IsValidOwner(owner, email))
                return null;
            finding = new UserEmailFinding(UserEmailProblem.ReservationWithoutOwner, email, ownerUserId);
            if (!repair)
                return finding;
            if (await WithdrawAsync(call, email, ownerUserId, owner).ConfigureAwait(false))
                return finding with { IsRepaired = true };
        }

        return finding;
    }

    // The index is eventually consistent, so each user that it names is read again; one that it lacks is found by the reservation instead.
    private async Task<string?> FindOtherUserAsync(StoreCall call, string userId, string storedEmail, string email, string? ownerUserId)
    {
        if (ownerUserId is not null && _reservations.IsValidOwner(await users.ReadAsync(call, ownerUserId).ConfigureAwait(false), email))
            return ownerUserId;
        foreach (string spelling in new[] { email, storedEmail }.Distinct(StringComparer.Ordinal))
        {
            Dictionary<string, AttributeValue>? start = null;
            do
            {
                QueryRequest request = ToQuery(spelling, start);
                request.ReturnConsumedCapacity = call.Capacity;
                QueryResponse page = await call.SendAsync(
                    "Query", users.Users, token => users.Client.QueryAsync(request, token)).ConfigureAwait(false);
                foreach (string? id in (page.Items ?? []).Select(item => new StoredUser(item, users.Model).UserId))
                {
                    if (id != userId && _reservations.IsValidOwner(await users.ReadAsync(call, id!).ConfigureAwait(false), email))
                        return id;
                }

                start = page.LastEvaluatedKey;
            }
            while (start is { Count: > 0 });
        }

        return null;
    }

    private async Task<bool> ReserveAsync(StoreCall call, StoredUser user, string email, CancellationToken cancellationToken)
    {
        string userId = user.UserId!;
        if (user.Email == email)
        {
            return await writes.Transaction!.CommitAsync(
                call, ToCheck(userId, email), userId, acquire: email, release: null).ConfigureAwait(false) is null;
        }

        // Another program stored the email in another form, under which the store does not find it.
        string stored = user.Email!;
        UserPatch<TUser> patch = new UserPatch<TUser>().Set(u => u.Email, email).OnlyIf(u => u.Email == stored);
        try
        {
            await writes.Patching.PatchAsync(users.Sender.Begin(cancellationToken, userId), users.Input.PreparePatch(userId, patch)).ConfigureAwait(false);
            return true;
        }
        catch (UserStoreException changed) when (changed is UserConditionFailedException or UserNotFoundException or UserConflictException)
        {
            return false;
        }
    }

    private async Task<bool> WithdrawAsync(StoreCall call, string email, string ownerUserId, StoredUser owner)
    {
        List<TransactWriteItem> actions = [_reservations.Withdraw(email, ownerUserId), _reservations.RuleOut(ownerUserId, owner, email)];
        return await writes.Transaction!.SendOnceAsync(call, actions).ConfigureAwait(false) is null;
    }

    private TransactWriteItem ToCheck(string userId, string email)
    {
        UserModel model = users.Model;
        var writer = new ExpressionWriter();
        return new TransactWriteItem
        {
            ConditionCheck = new ConditionCheck
            {
                TableName = users.TableName,
                Key = users.KeyOf(userId),
                ConditionExpression =
                    $"{writer.SameEmail(model, email)} AND {writer.NotExpired(model, users.Input.Now())}",
                ExpressionAttributeNames = writer.Names,
                ExpressionAttributeValues = writer.Values,
                ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
            },
        };
    }

    private QueryRequest ToQuery(string email, Dictionary<string, AttributeValue>? start)
    {
        MappedIndex index = users.Model.GetIndex(User.EmailIndex);
        var writer = new ExpressionWriter();
        return new QueryRequest
        {
            TableName = users.TableName,
            IndexName = users.Schema.Users.NameOf(index),
            KeyConditionExpression = $"{writer.Name(index.PartitionKey)} = {writer.Value(new Primitive(email))}",
            ProjectionExpression = writer.Name(users.Model.Key),
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ExclusiveStartKey = start,
        };
    }
}
