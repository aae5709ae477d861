using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Reservations;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.DynamoDb.Writing;
using UserStore.Modeling;
using UserStore.Preparation;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Auditing;

/// <summary>Inspects one user or reservation that seems inconsistent, and repairs it. A user and its reservation are read in one snapshot,
/// so that concurrent writes are not mistaken for inconsistencies.</summary>
internal sealed class ReservationInspection<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> users, UserWrites<TUser> writes)
    where TUser : class
{
    // What changes before every repair is in use, and inconsistent only for a moment.
    private const int MaxRounds = 5;

    private readonly ReservationTable<TUser> _reservations = writes.Reservations!;

    /// <summary>Inspects a user whose value did not seem to be reserved for it.</summary>
    /// <returns>The inconsistency, or null.</returns>
    public async Task<UniqueValueFinding?> InspectUserAsync(UserKey key, ReservedValue value, bool repair, CancellationToken cancellationToken)
    {
        StoreCall call = users.Sender.Begin(cancellationToken, key);
        string property = value.Unique.Property.Name;
        UniqueValueFinding? finding = null;
        for (int round = 1; round <= MaxRounds; round++)
        {
            (StoredUser user, ReservationOwner? owner) = await _reservations.ReadBothAsync(call, key, value.Key).ConfigureAwait(false);
            if (!_reservations.IsValidOwner(user, value) || owner?.Key == key)
                return null;
            if (await FindOtherUserAsync(call, key, user, value, owner?.Key).ConfigureAwait(false) is { } other)
                return new UniqueValueFinding(UniqueValueProblem.DuplicateValue, property, value.Value, key, other);

            finding = new UniqueValueFinding(UniqueValueProblem.UserWithoutReservation, property, value.Value, key);
            try
            {
                if (repair && await ReserveAsync(call, user, value, cancellationToken).ConfigureAwait(false))
                    return finding with { IsRepaired = true };
            }
            catch (UserValueInUseException taken)
            {
                return new UniqueValueFinding(UniqueValueProblem.DuplicateValue, property, value.Value, key, taken.OwnerKey);
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

    /// <summary>Inspects a user whose value did not seem to be valid.</summary>
    /// <returns>The inconsistency, or null.</returns>
    public async Task<UniqueValueFinding?> InspectInvalidAsync(UserKey key, UniqueValue unique, CancellationToken cancellationToken)
    {
        StoredUser user = await users.ReadAsync(users.Sender.Begin(cancellationToken), key).ConfigureAwait(false);
        return (user.IsRestricted || user.Exists(users.Input.Now())) && users.HasInvalid(user.Released, unique, out string? value)
            ? new UniqueValueFinding(UniqueValueProblem.InvalidValue, unique.Property.Name, value, key)
            : null;
    }

    /// <summary>Inspects a reservation whose owner did not seem to have the value.</summary>
    /// <returns>The inconsistency, or null.</returns>
    public async Task<UniqueValueFinding?> InspectReservationAsync(
        string reservation, ReservationOwner owner, bool repair, CancellationToken cancellationToken)
    {
        (UniqueValue? unique, string? value) = ReservedValue.Parse(reservation, users.Model);
        var finding = new UniqueValueFinding(
            UniqueValueProblem.ReservationWithoutOwner, unique?.Property.Name, value, owner.Key ?? default);
        if (owner.Key is not { } ownerKey)
        {
            return finding with
            {
                IsRepaired = repair && await writes.Transaction!.SendOnceAsync(
                    users.Sender.Begin(cancellationToken), [_reservations.Withdraw(reservation, owner)]).ConfigureAwait(false) is null,
            };
        }

        StoreCall call = users.Sender.Begin(cancellationToken, ownerKey);
        for (int round = 1; round <= MaxRounds; round++)
        {
            (StoredUser user, ReservationOwner? current) = await _reservations.ReadBothAsync(call, ownerKey, reservation).ConfigureAwait(false);
            if (current?.Key != ownerKey || _reservations.HeldBy(user, reservation) is not null)
                return null;
            if (!repair)
                return finding;
            if (await WithdrawAsync(call, reservation, owner, user).ConfigureAwait(false))
                return finding with { IsRepaired = true };
        }

        return finding;
    }

    // The index is eventually consistent, so each user that it names is read again; one that it lacks is found by the reservation instead.
    private async Task<UserKey?> FindOtherUserAsync(
        StoreCall call, UserKey key, StoredUser user, ReservedValue value, UserKey? ownerKey)
    {
        if (ownerKey is { } owner && _reservations.IsValidOwner(await users.ReadAsync(call, owner).ConfigureAwait(false), value))
            return owner;
        if (users.Input.UniqueValues.IndexOf(value.Unique) is not { } index)
            return null; // the repair of the other user finds the reservation of this one
        string[] spellings = [value.Value, user.Released.ScalarOf(value.Unique.Property)!.Value.Text];
        foreach (string spelling in spellings.Distinct(StringComparer.Ordinal))
        {
            Dictionary<string, AttributeValue>? start = null;
            do
            {
                QueryRequest request = ToQuery(index, spelling, start);
                request.ReturnConsumedCapacity = call.Capacity;
                QueryResponse page = await call.SendAsync(
                    "Query", users.Users, token => users.Client.QueryAsync(request, token)).ConfigureAwait(false);
                foreach (UserKey other in (page.Items ?? []).Select(item => users.Model.Key.FindIn(item)).OfType<UserKey>())
                {
                    if (other != key && _reservations.IsValidOwner(await users.ReadAsync(call, other).ConfigureAwait(false), value))
                        return other;
                }

                start = page.LastEvaluatedKey;
            }
            while (start is { Count: > 0 });
        }

        return null;
    }

    private async Task<bool> ReserveAsync(StoreCall call, StoredUser user, ReservedValue value, CancellationToken cancellationToken)
    {
        UserKey key = user.Key!.Value;
        if (user.IsRestricted || user.HasStored(value))
        {
            return await writes.Transaction!.CommitAsync(
                call, ToCheck(user, value.Unique), key, new ReservationChange([value], [])).ConfigureAwait(false) is null;
        }

        // Another program stored the value in another form, under which the store does not find it.
        PreparedPatch patch = users.Input.PrepareNormalization(key, value.Unique, user.ScalarOf(value.Unique.Property)!.Value);
        try
        {
            await writes.Patching.PatchAsync(users.Sender.Begin(cancellationToken, key), patch).ConfigureAwait(false);
            return true;
        }
        catch (UserStoreException changed) when (changed is UserConditionFailedException or UserNotFoundException or UserConflictException
            or UserRestrictedException)
        {
            return false;
        }
    }

    private async Task<bool> WithdrawAsync(StoreCall call, string reservation, ReservationOwner owner, StoredUser user)
    {
        List<TransactWriteItem> actions = [_reservations.Withdraw(reservation, owner), RuleOut(reservation, owner.Key!.Value, user)];
        writes.Transaction!.AddDataKeysOfDeleted(actions, maxActions: actions.Count + 1);
        return await writes.Transaction.SendOnceAsync(call, actions).ConfigureAwait(false) is null;
    }

    // The owner must not have taken the value since it was read. An expired one that still has it is deleted.
    private TransactWriteItem RuleOut(string reservation, UserKey ownerKey, StoredUser owner)
        => users.ReservedIn(owner).FirstOrDefault(held => held.Key == reservation) is { } value
            ? _reservations.RuleOut(ownerKey, owner, [value])
            : _reservations.Unchanged(ownerKey, owner, users.Model.UniqueValues);

    private TransactWriteItem ToCheck(StoredUser user, UniqueValue unique)
    {
        var writer = new ExpressionWriter();
        if (user.IsRestricted)
        {
            writer.AndSameRevision(user, users.Model); // nobody else changes it
        }
        else
        {
            users.AndSameValues(writer, user, [unique]);
            writer.AndLiving(users.Model, users.Input.Now());
        }

        return new TransactWriteItem
        {
            ConditionCheck = new ConditionCheck
            {
                TableName = users.TableName,
                Key = users.Model.Key.ToItem(user.Key!.Value),
                ConditionExpression = writer.TakeIfAny()?.Text,
                ExpressionAttributeNames = writer.Names,
                ExpressionAttributeValues = writer.Values,
                ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
            },
        };
    }

    private QueryRequest ToQuery(MappedIndex index, string value, Dictionary<string, AttributeValue>? start)
    {
        var writer = new ExpressionWriter();
        return new QueryRequest
        {
            TableName = users.TableName,
            IndexName = users.Schema.NameOf(index),
            KeyConditionExpression = $"{writer.Name(index.PartitionKey)} = {writer.Value(value)}",
            ProjectionExpression = string.Join(", ", users.Model.Key.Parts.Select(part => writer.Name(part.Property))),
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ExclusiveStartKey = start,
        };
    }
}
