using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Replication.Targets;

namespace UserStore.Replication.Writing;

/// <summary>Reads the states of users consistently. The guard comes first: if it is unchanged when the target is written, no change was applied in
/// between.</summary>
internal sealed class ReplicationStateReader<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView>(
    UserTable<TUser> source, ReplicationSchema schema, Projector<TUser, TView> projector)
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
        var guards = await source.Reader.FindManyAsync(call, schema.Guards, ids, ReadConsistency.Strong).ConfigureAwait(false);
        DateTimeOffset readAt = source.Input.Now();
        var items = await source.Reader.FindManyAsync(call, schema.Source.Users, ids, ReadConsistency.Strong).ConfigureAwait(false);
        ReplicationState[] states = [.. ids.Select(id =>
            Evaluate(id, Guard.FromItem(guards.GetValueOrDefault(id)), readAt, items.GetValueOrDefault(id)) with { FoundKey = users[id] })];

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
        ReplicationState state = await ReadSourceAsync(call, userId, guard).ConfigureAwait(false);
        return await WithActualAsync(call, state).ConfigureAwait(false) with
        {
            FoundKey = foundKey is not null
                && TargetItem.OwnerOf(await source.Reader.FindAsync(call, schema.Target, foundKey).ConfigureAwait(false)) == userId ? foundKey : null,
        };
    }

    public async Task<Guard?> ReadGuardAsync(StoreCall call, string userId)
        => Guard.FromItem(await source.Reader.FindAsync(call, schema.Guards, new() { [Guard.UserIdName] = new(userId) }).ConfigureAwait(false));

    /// <summary>Reads the user, but not the target.</summary>
    public async Task<ReplicationState> ReadSourceAsync(StoreCall call, string userId, Guard? guard)
    {
        DateTimeOffset readAt = source.Input.Now();
        StoredUser user = await source.ReadAsync(call, userId).ConfigureAwait(false);
        return Evaluate(userId, guard, readAt, user.Item);
    }

    /// <summary>Reads the item at the key of the desired item.</summary>
    public async Task<ReplicationState> WithActualAsync(StoreCall call, ReplicationState state) => state.Expected is null ? state : state with
    {
        Actual = await source.Reader.FindAsync(call, schema.Target, state.Expected.Key).ConfigureAwait(false),
    };

    private ReplicationState Evaluate(string userId, Guard? guard, DateTimeOffset readAt, Dictionary<string, AttributeValue>? item)
    {
        var state = new ReplicationState(userId, guard, item is { Count: > 0 }, Expected: null) { ReadAt = readAt };
        if (!state.IsInSource)
            return state;
        try
        {
            TUser user = source.ToUser(new StoredUser(item, source.Model));
            return state with { Expected = projector.Project(user), WriteId = user.WriteId };
        }
        catch (UserStoreException failure) when (failure is UserProjectionException or UserStoreSchemaException)
        {
            return state with { Failure = failure };
        }
    }
}
