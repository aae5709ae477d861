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
    public async Task<UserEmailFinding?> InspectUserAsync(UserKey key, string email, bool repair, CancellationToken cancellationToken)
    {
        StoreCall call = users.Sender.Begin(cancellationToken, key);
        UserEmailFinding? finding = null;
        for (int round = 1; round <= MaxRounds; round++)
        {
            (StoredUser user, UserKey? ownerKey) = await _reservations.ReadBothAsync(call, key, email).ConfigureAwait(false);
            if (!_reservations.IsValidOwner(user, email) || ownerKey == key)
                return null;
            if (await FindOtherUserAsync(call, key, user.Email!, email, ownerKey).ConfigureAwait(false) is { } other)
                return new UserEmailFinding(UserEmailProblem.DuplicateEmail, email, key, other);

            finding = new UserEmailFinding(UserEmailProblem.UserWithoutReservation, email, key);
            try
            {
                if (repair && await ReserveAsync(call, user, email, cancellationToken).ConfigureAwait(false))
                    return finding with { IsRepaired = true };
            }
            catch (EmailAlreadyInUseException taken)
            {
                return new UserEmailFinding(UserEmailProblem.DuplicateEmail, email, key, taken.OwnerKey);
            }
            catch (UserStoreSchemaException unreadable) when (unreadable.UnreadableBecause is not null && users.ReportsUnreadable)
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
    public async Task<UserEmailFinding?> InspectInvalidAsync(UserKey key, CancellationToken cancellationToken)
    {
        StoredUser user = await users.ReadAsync(users.Sender.Begin(cancellationToken), key).ConfigureAwait(false);
        return user.Exists(users.Input.Now()) && user.Email is { } email && users.Input.ReservationOf(email) is null
            ? new UserEmailFinding(UserEmailProblem.InvalidEmail, email, key)
            : null;
    }

    /// <summary>Inspects a reservation whose owner did not seem to have the email.</summary>
    /// <returns>The inconsistency, or null.</returns>
    public async Task<UserEmailFinding?> InspectReservationAsync(
        string email, UserKey ownerKey, bool repair, CancellationToken cancellationToken)
    {
        StoreCall call = users.Sender.Begin(cancellationToken, ownerKey);
        UserEmailFinding? finding = null;
        for (int round = 1; round <= MaxRounds; round++)
        {
            (StoredUser owner, UserKey? current) = await _reservations.ReadBothAsync(call, ownerKey, email).ConfigureAwait(false);
            if (current != ownerKey || _reservations.IsValidOwner(owner, email))
                return null;
            finding = new UserEmailFinding(UserEmailProblem.ReservationWithoutOwner, email, ownerKey);
            if (!repair)
                return finding;
            if (await WithdrawAsync(call, email, ownerKey, owner).ConfigureAwait(false))
                return finding with { IsRepaired = true };
        }

        return finding;
    }

    // The index is eventually consistent, so each user that it names is read again; one that it lacks is found by the reservation instead.
    private async Task<UserKey?> FindOtherUserAsync(StoreCall call, UserKey key, string storedEmail, string email, UserKey? ownerKey)
    {
        if (ownerKey is { } owner && _reservations.IsValidOwner(await users.ReadAsync(call, owner).ConfigureAwait(false), email))
            return owner;
        foreach (string spelling in new[] { email, storedEmail }.Distinct(StringComparer.Ordinal))
        {
            Dictionary<string, AttributeValue>? start = null;
            do
            {
                QueryRequest request = ToQuery(spelling, start);
                request.ReturnConsumedCapacity = call.Capacity;
                QueryResponse page = await call.SendAsync(
                    "Query", users.Users, token => users.Client.QueryAsync(request, token)).ConfigureAwait(false);
                foreach (UserKey other in (page.Items ?? []).Select(item => users.Model.Key.FindIn(item)!.Value))
                {
                    if (other != key && _reservations.IsValidOwner(await users.ReadAsync(call, other).ConfigureAwait(false), email))
                        return other;
                }

                start = page.LastEvaluatedKey;
            }
            while (start is { Count: > 0 });
        }

        return null;
    }

    private async Task<bool> ReserveAsync(StoreCall call, StoredUser user, string email, CancellationToken cancellationToken)
    {
        UserKey key = user.Key!.Value;
        if (user.Email == email)
        {
            return await writes.Transaction!.CommitAsync(
                call, ToCheck(key, email), key, acquire: email, release: null).ConfigureAwait(false) is null;
        }

        // Another program stored the email in another form, under which the store does not find it.
        string stored = user.Email!;
        UserPatch<TUser> patch = new UserPatch<TUser>().Set(u => u.Email, email).OnlyIf(u => u.Email == stored);
        try
        {
            await writes.Patching.PatchAsync(users.Sender.Begin(cancellationToken, key), users.Input.PreparePatch(key, patch)).ConfigureAwait(false);
            return true;
        }
        catch (UserStoreException changed) when (changed is UserConditionFailedException or UserNotFoundException or UserConflictException)
        {
            return false;
        }
    }

    private async Task<bool> WithdrawAsync(StoreCall call, string email, UserKey ownerKey, StoredUser owner)
    {
        List<TransactWriteItem> actions = [_reservations.Withdraw(email, ownerKey), _reservations.RuleOut(ownerKey, owner, email)];
        return await writes.Transaction!.SendOnceAsync(call, actions).ConfigureAwait(false) is null;
    }

    private TransactWriteItem ToCheck(UserKey key, string email)
    {
        UserModel model = users.Model;
        var writer = new ExpressionWriter();
        return new TransactWriteItem
        {
            ConditionCheck = new ConditionCheck
            {
                TableName = users.TableName,
                Key = users.Model.Key.ToItem(key),
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
            ProjectionExpression = string.Join(", ", users.Model.Key.Parts.Select(part => writer.Name(part.Property))),
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ExclusiveStartKey = start,
        };
    }
}
