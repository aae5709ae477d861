using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Replication.Targets;

namespace UserStore.Replication.Comparing;

/// <summary>Compares users in source and target, and repairs their drift.</summary>
internal sealed class ReplicationComparer<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView>(
    UserTable<TUser> source, ReplicationSchema schema, Projector<TUser, TView> projector, TargetWriter writer, Func<long> removedUntil)
    where TUser : User
    where TView : class
{
    /// <summary>Reads the states of up to 100 users.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="users">The distinct ids, each with the key of an item of the target that was found to belong to the user.</param>
    public async Task<IReadOnlyList<ReplicationState>> ReadAsync(
        StoreCall call, IReadOnlyDictionary<string, Dictionary<string, AttributeValue>?> users)
    {
        string[] ids = [.. users.Keys];
        // The guard first: if it is unchanged when the target is written, no change was applied in between.
        var guards = await source.Reader.FindManyAsync(call, schema.Guards, ids, ReadConsistency.Strong).ConfigureAwait(false);
        var items = await source.Reader.FindManyAsync(call, schema.Source.Users, ids, ReadConsistency.Strong).ConfigureAwait(false);
        ReplicationState[] states = [.. ids.Select(
            id => Evaluate(id, Guard.FromItem(guards.GetValueOrDefault(id)), items.GetValueOrDefault(id)) with { FoundKey = users[id] })];

        List<Dictionary<string, AttributeValue>> keys =
            [.. states.Select(state => state.Expected?.Key).OfType<Dictionary<string, AttributeValue>>().Distinct(AttributeValueComparer.ByValue)];
        var actual = keys.Count == 0 ? [] : await source.Reader.FindManyAsync(call, schema.Target, keys, ReadConsistency.Strong).ConfigureAwait(false);
        var byKey = actual.ToDictionary(item => TargetItem.KeyOf(item, schema.Target), AttributeValueComparer.ByValue);
        return [.. states.Select(state => state.Expected is null
            ? state
            : state with { Actual = byKey.GetValueOrDefault(state.Expected.Key) })];
    }

    /// <summary>Reads the state of one user.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="userId">The user.</param>
    /// <param name="foundKey">The key of an item of the target that was found to belong to the user.</param>
    public async Task<ReplicationState> ReadAsync(StoreCall call, string userId, Dictionary<string, AttributeValue>? foundKey = null)
    {
        Guard? guard = await ReadGuardAsync(call, userId).ConfigureAwait(false);
        StoredUser user = await source.ReadAsync(call, userId).ConfigureAwait(false);
        ReplicationState state = Evaluate(userId, guard, user.Item);
        return state with
        {
            Actual = state.Expected is null ? null : await source.Reader.FindAsync(call, schema.Target, state.Expected.Key).ConfigureAwait(false),
            FoundKey = foundKey is not null && SourceOf(await source.Reader.FindAsync(call, schema.Target, foundKey).ConfigureAwait(false)) == userId
                ? foundKey
                : null,
        };
    }

    /// <summary>Reads one user again, and returns the drift that remains.</summary>
    public async Task<UserReplicationDrift?> ConfirmAsync(ReplicationState before, CancellationToken cancellationToken)
    {
        ReplicationState now = await ReadAsync(source.Sender.Begin(cancellationToken), before.UserId, before.FoundKey).ConfigureAwait(false);
        return now.Drift is { } drift ? new UserReplicationDrift(now.UserId, drift, now.Failure) : null;
    }

    /// <summary>Repairs the drift of one user.</summary>
    /// <returns>The drift, with the failure if it could not be repaired; null if a concurrent change has removed it.</returns>
    public async Task<UserReplicationDrift?> RepairAsync(ReplicationState state, CancellationToken cancellationToken)
    {
        StoreCall call = source.Sender.Begin(cancellationToken);
        for (int round = 1; state.Drift is { } drift; round++)
        {
            if (state.Failure is not null)
                return new UserReplicationDrift(state.UserId, drift, state.Failure);
            try
            {
                ConditionFailure? conflict = await WriteAsync(call, state).ConfigureAwait(false);
                if (conflict is null)
                    return new UserReplicationDrift(state.UserId, drift);
                if (round > 1 && !await call.TryDelayAsync().ConfigureAwait(false))
                {
                    throw new UserStoreUnavailableException(
                        $"User '{state.UserId}' could not be rebuilt, because changes kept arriving. Retry it.", conflict.Exception);
                }
            }
            catch (UserProjectionException failure)
            {
                return new UserReplicationDrift(state.UserId, drift, failure);
            }

            state = await ReadAsync(call, state.UserId, state.FoundKey).ConfigureAwait(false);
        }

        return null;
    }

    public async Task<Guard?> ReadGuardAsync(StoreCall call, string userId)
        => Guard.FromItem(await source.Reader.FindAsync(call, schema.Guards, new() { [Guard.UserIdName] = new(userId) }).ConfigureAwait(false));

    private Task<ConditionFailure?> WriteAsync(StoreCall call, ReplicationState state)
    {
        var next = new Guard(
            state.UserId,
            state.Guard?.SequenceNumber ?? Guard.NoSequenceNumber,
            state.Expected?.Key,
            state.IsInSource ? null : removedUntil());
        return writer.WriteAsync(
            call, next, GuardCondition.IsUnchanged(state.Guard), state.Expected, [state.Guard?.TargetKey, state.FoundKey]);
    }

    /// <summary>Returns the user to whom an item of the target belongs; null if there is none.</summary>
    public static string? SourceOf(Dictionary<string, AttributeValue>? item) => item?.Text(TargetItem.SourceAttribute);

    private ReplicationState Evaluate(string userId, Guard? guard, Dictionary<string, AttributeValue>? user)
    {
        var state = new ReplicationState(userId, guard, user is { Count: > 0 }, Expected: null);
        if (!state.IsInSource)
            return state;
        try
        {
            return state with { Expected = projector.Project(source.ToUser(new StoredUser(user, source.Model))) };
        }
        catch (UserStoreException failure) when (failure is UserProjectionException or UserStoreSchemaException)
        {
            return state with { Failure = failure };
        }
    }
}
