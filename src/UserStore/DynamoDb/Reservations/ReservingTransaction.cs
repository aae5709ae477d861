using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tombstones;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Reservations;

/// <summary>Writes a user, its data key and the reservations of its unique values in one transaction, and again when the reservations turn out to be
/// different. A new user must not have a tombstone.</summary>
internal sealed class ReservingTransaction<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> users, ReservationTable<TUser>? reservations)
    where TUser : class
{
    /// <summary>Returns the change from the values that a stored user holds to those that it is to hold.</summary>
    /// <param name="stored">The user as it is stored.</param>
    /// <param name="next">What the user is to hold; nothing if it is deleted.</param>
    public ReservationChange ChangeOf(StoredUser stored, IReadOnlyList<ReservedValue> next)
    {
        IReadOnlyList<ReservedValue> before = users.ReservedIn(stored);
        // A value that another program stored in another form need not be reserved yet.
        ReservedValue[] acquire = [.. next.Where(value => !before.Contains(value) || !stored.HasStored(value))];
        ReservedValue[] release = [.. before.Except(next)];
        UniqueValues.CheckChange(acquire, release);
        return acquire.Length + release.Length == 0 ? ReservationChange.None : new ReservationChange(acquire, release);
    }

    /// <param name="call">The call that writes.</param>
    /// <param name="userWrite">The write of the user, with its condition.</param>
    /// <param name="key">The user.</param>
    /// <param name="change">The values to reserve for the user, and those to release.</param>
    /// <param name="wasApplied">Reads whether everything was written, after a response was lost and no retry received one.</param>
    /// <param name="explainInvalid">Returns the exception for a write of the user that DynamoDB calls invalid.</param>
    /// <param name="isCreate">Whether the user need not exist before, so that it must not be erased.</param>
    /// <param name="companions">Actions about the data key of the user.</param>
    /// <returns>Null when everything was written; otherwise the failed condition of <paramref name="userWrite"/>, or of a companion, and nothing was
    /// written.</returns>
    /// <exception cref="UserValueInUseException">Another user owns a value.</exception>
    /// <exception cref="UserErasedException">The user is erased.</exception>
    public async Task<ConditionFailure?> CommitAsync(
        StoreCall call,
        TransactWriteItem userWrite,
        UserKey key,
        ReservationChange change,
        Func<Task<bool>>? wasApplied = null,
        Func<AmazonDynamoDBException, Task<UserStoreException>>? explainInvalid = null,
        bool isCreate = false,
        IReadOnlyList<TransactWriteItem>? companions = null)
    {
        TombstoneTable? tombstones = isCreate ? users.Tombstones : null;
        var invalidOwners = new Dictionary<ReservedValue, (ReservationOwner Owner, StoredUser User)>();
        List<ReservedValue> release = [.. change.Release];
        bool responseWasLost = false;
        for (int round = 1; ; round++)
        {
            List<TransactWriteItem> actions = [userWrite, .. change.Acquire.Select(value => invalidOwners.TryGetValue(value, out var owner)
                ? reservations!.TakeOver(value, key, owner.Owner)
                : reservations!.Acquire(value, key))];
            // A transaction has one action for each item: an owner of several values is ruled out once.
            var ruledOut = invalidOwners.Count == 0
                ? []
                : invalidOwners.Where(owner => owner.Value.Owner.Key is not null).GroupBy(owner => owner.Value.Owner).ToArray();
            actions.AddRange(ruledOut.Select(owner => reservations!.RuleOut(
                owner.Key.Key!.Value, owner.First().Value.User, [.. owner.Select(taken => taken.Key)])));
            int reserving = actions.Count;
            actions.AddRange(release.Select(value => reservations!.Release(value, key)));
            int accompanying = actions.Count;
            actions.AddRange(companions ?? []);
            AddDataKeysOfDeleted(actions, TransactionRequest.MaxActions - 1);
            if (tombstones is not null)
                actions.Add(tombstones.AbsenceOf(key));

            if (await SendOnceAsync(call, actions, wasApplied, explainInvalid).ConfigureAwait(false) is not { } failure)
                return null;
            // The token of this round would have returned the success of an attempt. One of an earlier round, which had another token, can still
            // arrive or have arrived late.
            failure = failure with { ResponseWasLost = responseWasLost || failure.ResponseWasLost, MayBeApplied = responseWasLost };
            responseWasLost = failure.ResponseWasLost;
            if (failure.Concerns(0))
                return failure;
            if (tombstones is not null && failure.Concerns(actions.Count - 1))
            {
                UserErasedException erased = TombstoneTable.ToException(key, failure, actions.Count - 1);
                throw responseWasLost ? call.OutcomeUnknown(failure.Operation, users.Schema.Tables, key, erased) : erased;
            }

            for (int i = accompanying; i < accompanying + companions?.Count; i++)
            {
                if (failure.Concerns(i))
                    return failure with { Companion = failure.Reasons[i] };
            }

            // Another user owns what this one had: there is nothing to release.
            release = [.. release.Where((_, position) => !failure.Concerns(reserving + position))];
            try
            {
                for (int i = 0; i < change.Acquire.Count; i++)
                {
                    int ruling = invalidOwners.TryGetValue(change.Acquire[i], out var ruled) && ruled.Owner.Key is not null
                        ? 1 + change.Acquire.Count + Array.FindIndex(ruledOut, owner => owner.Key == ruled.Owner)
                        : -1;
                    if (failure.Concerns(1 + i) || (ruling >= 0 && failure.Concerns(ruling)))
                        await FindInvalidOwnerAsync(call, change.Acquire[i], key, failure, 1 + i, invalidOwners).ConfigureAwait(false);
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

    /// <summary>Adds the deletes of the data keys of expired users that a transaction deletes, as far as it has room.</summary>
    public void AddDataKeysOfDeleted(List<TransactWriteItem> actions, int maxActions)
    {
        if (users.Encryption is { } encryption)
            actions.AddRange([.. DeletedIn(actions.Skip(1)).Take(maxActions - actions.Count).Select(encryption.Keys.Delete)]);
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
        try
        {
            return await users.Requests.TransactAsync(call, actions, wasApplied, explainInvalid, batchSize).ConfigureAwait(false);
        }
        finally
        {
            if (users.Encryption is { } encryption)
            {
                foreach (UserKey deleted in DeletedIn(actions)) // afterwards, so that no read of this process keeps the data key
                    encryption.Keys.Drop(deleted);
            }
        }
    }

    private IEnumerable<UserKey> DeletedIn(IEnumerable<TransactWriteItem> actions) => actions
        .Select(action => action.Delete).Where(delete => delete?.TableName == users.TableName)
        .Select(delete => users.Model.Key.FindIn(delete!.Key)).OfType<UserKey>();

    private UserStoreUnavailableException KeptChanging(UserKey key, ConditionFailure failure) => new(
        $"The unique values of user '{key}' could not be reserved, because other writers kept changing their reservations. Retry later.",
        failure.Exception)
    {
        Operation = failure.Operation,
        TableNames = [.. users.Schema.Tables.Select(table => table.TableName)],
    };

    private async Task FindInvalidOwnerAsync(
        StoreCall call,
        ReservedValue value,
        UserKey key,
        ConditionFailure failure,
        int action,
        Dictionary<ReservedValue, (ReservationOwner Owner, StoredUser User)> invalidOwners)
    {
        invalidOwners.Remove(value);
        ReservationOwner? found = reservations!.OwnerIn(failure.Reasons[action].Item) ?? await reservations.FindOwnerAsync(call, value).ConfigureAwait(false);
        if (found is not { } owner || owner.Key == key)
            return;
        StoredUser user = owner.Key is { } ownerKey ? await users.ReadAsync(call, ownerKey).ConfigureAwait(false) : new StoredUser(null, users.Model);
        if (owner.Key is { } valid && reservations.IsValidOwner(user, value))
            throw new UserValueInUseException(value.Unique.Property.Name, valid, failure.Exception);
        invalidOwners.Add(value, (owner, user));
    }
}

/// <summary>The reservations that a write of a user changes.</summary>
internal sealed record ReservationChange(IReadOnlyList<ReservedValue> Acquire, IReadOnlyList<ReservedValue> Release)
{
    public static ReservationChange None { get; } = new([], []);

    public bool IsEmpty => Acquire.Count + Release.Count == 0;
}
