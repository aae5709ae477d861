using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Replication.Targets;

namespace UserStore.Replication.Comparing;

/// <summary>Looks how users stand in source and target, many at once or one again, and mends one.</summary>
internal sealed class ReplicationComparer<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView>(
    UserTable<TUser> source, ReplicationSchema schema, Projector<TUser, TView> projector, TargetWriter writer, Func<long> removedUntil)
    where TUser : User
    where TView : class
{
    private readonly TableReader _batches = new(source.Client);

    /// <summary>Looks at up to 100 users.</summary>
    /// <param name="call">The call that looks.</param>
    /// <param name="users">Their ids, each once, with the key of an item that was found to be made from them.</param>
    public async Task<IReadOnlyList<ReplicationState>> LookAsync(
        StoreCall call, IReadOnlyDictionary<string, Dictionary<string, AttributeValue>?> users)
    {
        string[] ids = [.. users.Keys];
        // The guard first: if it is unchanged when the target is written, no change came between.
        var guards = await _batches.FindManyAsync(call, schema.Guards, ids, ReadConsistency.Strong).ConfigureAwait(false);
        var items = await _batches.FindManyAsync(call, schema.Source.Users, ids, ReadConsistency.Strong).ConfigureAwait(false);
        ReplicationState[] situations = [.. ids.Select(id => Judge(id, Guard.FromItem(guards.GetValueOrDefault(id)), items.GetValueOrDefault(id)) with { FoundKey = users[id] })];

        List<Dictionary<string, AttributeValue>> keys =
            [.. situations.Select(situation => situation.Expected?.Key).OfType<Dictionary<string, AttributeValue>>().Distinct(AttributeValueComparer.ByValue)];
        var actual = keys.Count == 0 ? [] : await _batches.FindManyAsync(call, schema.Target, keys, ReadConsistency.Strong).ConfigureAwait(false);
        var byKey = actual.ToDictionary(item => TargetItem.KeyOf(item, schema.Target), AttributeValueComparer.ByValue);
        return [.. situations.Select(situation => situation.Expected is null
            ? situation
            : situation with { Actual = byKey.GetValueOrDefault(situation.Expected.Key) })];
    }

    /// <summary>Looks at one user.</summary>
    /// <param name="call">The call that looks.</param>
    /// <param name="userId">The user.</param>
    /// <param name="foundKey">The key of an item that was found to be made from the user.</param>
    public async Task<ReplicationState> LookAsync(StoreCall call, string userId, Dictionary<string, AttributeValue>? foundKey = null)
    {
        Guard? guard = await ReadGuardAsync(call, userId).ConfigureAwait(false);
        StoredUser user = await source.ReadAsync(call, userId).ConfigureAwait(false);
        ReplicationState situation = Judge(userId, guard, user.Item);
        return situation with
        {
            Actual = situation.Expected is null ? null : await ReadAsync(call, schema.Target, situation.Expected.Key).ConfigureAwait(false),
            FoundKey = foundKey is not null && SourceOf(await ReadAsync(call, schema.Target, foundKey).ConfigureAwait(false)) == userId
                ? foundKey
                : null,
        };
    }

    /// <summary>Looks at one user again, and tells what is not in order still.</summary>
    public async Task<UserReplicationDrift?> ConfirmAsync(ReplicationState before, CancellationToken cancellationToken)
    {
        ReplicationState now = await LookAsync(source.Sender.Begin(cancellationToken), before.UserId, before.FoundKey).ConfigureAwait(false);
        return now.Drift is { } drift ? new UserReplicationDrift(now.UserId, drift, now.Failure) : null;
    }

    /// <summary>Makes the target what the source says of one user.</summary>
    /// <returns>What was not in order, with the failure if it could not be mended; null when a change was faster.</returns>
    public async Task<UserReplicationDrift?> MendAsync(ReplicationState situation, CancellationToken cancellationToken)
    {
        StoreCall call = source.Sender.Begin(cancellationToken);
        for (int round = 1; situation.Drift is { } drift; round++)
        {
            if (situation.Failure is not null)
                return new UserReplicationDrift(situation.UserId, drift, situation.Failure);
            try
            {
                GuardRefusal? refusal = await WriteAsync(call, situation).ConfigureAwait(false);
                if (refusal is null)
                    return new UserReplicationDrift(situation.UserId, drift);
                if (round > 1 && !await call.TryDelayAsync().ConfigureAwait(false))
                {
                    throw new UserStoreUnavailableException(
                        $"User '{situation.UserId}' could not be rebuilt, because changes kept coming. Try again.", refusal.Failure);
                }
            }
            catch (UserProjectionException failure)
            {
                return new UserReplicationDrift(situation.UserId, drift, failure);
            }

            situation = await LookAsync(call, situation.UserId, situation.FoundKey).ConfigureAwait(false);
        }

        return null;
    }

    public async Task<Guard?> ReadGuardAsync(StoreCall call, string userId)
        => Guard.FromItem(await ReadAsync(call, schema.Guards, new() { [Guard.UserIdName] = new(userId) }).ConfigureAwait(false));

    private Task<GuardRefusal?> WriteAsync(StoreCall call, ReplicationState situation)
    {
        var next = new Guard(
            situation.UserId,
            situation.Guard?.SequenceNumber ?? Guard.NoSequenceNumber,
            situation.Expected?.Key,
            situation.IsInSource ? null : removedUntil());
        return writer.WriteAsync(
            call, next, GuardCondition.IsUnchanged(situation.Guard), situation.Expected, [situation.Guard?.TargetKey, situation.FoundKey]);
    }

    /// <summary>Tells which user an item of the target is made from; null when no user is.</summary>
    public static string? SourceOf(Dictionary<string, AttributeValue>? item) => item?.Text(TargetItem.SourceAttribute);

    private ReplicationState Judge(string userId, Guard? guard, Dictionary<string, AttributeValue>? user)
    {
        var situation = new ReplicationState(userId, guard, user is { Count: > 0 }, Expected: null);
        if (!situation.IsInSource)
            return situation;
        try
        {
            return situation with { Expected = projector.Project(source.ToUser(new StoredUser(user, source.Model))) };
        }
        catch (UserStoreException failure) when (failure is UserProjectionException or UserStoreSchemaException)
        {
            return situation with { Failure = failure };
        }
    }

    private async Task<Dictionary<string, AttributeValue>?> ReadAsync(
        StoreCall call, TableSchema table, Dictionary<string, AttributeValue> key)
    {
        var request = new GetItemRequest { TableName = table.TableName, Key = key, ConsistentRead = true };
        GetItemResponse response = await call.SendAsync(
            "GetItem", [table], token => source.Client.GetItemAsync(request, token)).ConfigureAwait(false);
        return response.Item is { Count: > 0 } item ? item : null;
    }
}
