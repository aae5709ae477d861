using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Replication.Targets;

namespace UserStore.Replication.Writing;

/// <summary>Reads the states of users consistently. The guard comes first: if it is unchanged when the target is written, no change was applied in
/// between.</summary>
internal sealed class ReplicationStateReader<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView>(
    UserTable<TUser> source, ReplicationSchema schema, Projector<TUser, TView> projector)
    where TUser : class
    where TView : class
{
    private KeyModel Key => source.Model.Key;

    /// <summary>Reads the states of up to 100 users.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="users">The distinct ids, each with the key of an item of the target that was found to belong to the user.</param>
    public async Task<IReadOnlyList<ReplicationState>> ReadAsync(
        StoreCall call, IReadOnlyDictionary<UserKey, Dictionary<string, AttributeValue>?> users)
    {
        UserKey[] keys = [.. users.Keys];
        var guards = await source.Reader.FindManyAsync(
            call, schema.Guards, [.. keys.Select(Guard.KeyOf)], ReadConsistency.Strong).ConfigureAwait(false);
        var guardsByKey = guards.Select(item => Guard.FromItem(item, Key)!).ToDictionary(guard => guard.Key);
        DateTimeOffset readAt = source.Input.Now();
        var items = await source.FindItemsAsync(call, keys, ReadConsistency.Strong).ConfigureAwait(false);
        IReadOnlySet<string> erased = source.Tombstones is { } tombstones
            ? await tombstones.FindErasedAsync(call, [.. keys.Select(tombstones.HashOf)]).ConfigureAwait(false)
            : ImmutableHashSet<string>.Empty;
        Dictionary<UserKey, StoredUser> stored = (await source.UnlockAsync(call, [.. items.Values.Select(item => (0, item))]).ConfigureAwait(false))
            .ToDictionary(item => Key.FindIn(item.User.Item)!.Value, item => item.User);
        var absent = new StoredUser(null, source.Model);
        ReplicationState[] states = [.. keys.Select(key => Evaluate(
            key,
            guardsByKey.GetValueOrDefault(key),
            readAt,
            stored.GetValueOrDefault(key, absent),
            erased.Count > 0 && erased.Contains(source.Tombstones!.HashOf(key))) with { FoundKey = users[key] })];

        List<Dictionary<string, AttributeValue>> targetKeys =
            [.. states.Select(state => state.Expected?.Key).OfType<Dictionary<string, AttributeValue>>().Distinct(AttributeValueComparer.ByValue)];
        var actual = targetKeys.Count == 0
            ? []
            : await source.Reader.FindManyAsync(call, schema.Target, targetKeys, ReadConsistency.Strong).ConfigureAwait(false);
        var byKey = actual.ToDictionary(item => item.KeyIn(schema.Target), AttributeValueComparer.ByValue);
        return [.. states.Select(state => state.Expected is null
            ? state
            : state with { Actual = byKey.GetValueOrDefault(state.Expected.Key) })];
    }

    /// <summary>Reads the state of one user.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="key">The user.</param>
    /// <param name="foundKey">The key of an item of the target that was found to belong to the user.</param>
    public async Task<ReplicationState> ReadAsync(StoreCall call, UserKey key, Dictionary<string, AttributeValue>? foundKey = null)
    {
        Guard? guard = await ReadGuardAsync(call, key).ConfigureAwait(false);
        ReplicationState state = await ReadSourceAsync(call, key, guard).ConfigureAwait(false);
        return await WithActualAsync(call, state).ConfigureAwait(false) with
        {
            FoundKey = foundKey is not null
                && OwnerOf(await source.Reader.FindAsync(call, schema.Target, foundKey).ConfigureAwait(false)) == key ? foundKey : null,
        };
    }

    public async Task<Guard?> ReadGuardAsync(StoreCall call, UserKey key)
        => Guard.FromItem(await source.Reader.FindAsync(call, schema.Guards, Guard.KeyOf(key)).ConfigureAwait(false), Key);

    /// <summary>Returns the user of an item of the target.</summary>
    public UserKey? OwnerOf(Dictionary<string, AttributeValue>? item) => Key.FromText(TargetItem.OwnerOf(item));

    /// <summary>Reads the user, but not the target.</summary>
    public async Task<ReplicationState> ReadSourceAsync(StoreCall call, UserKey key, Guard? guard)
    {
        DateTimeOffset readAt = source.Input.Now();
        StoredUser user = await source.ReadAsync(call, key).ConfigureAwait(false);
        bool isErased = source.Tombstones is { } tombstones && await tombstones.FindAsync(call, key).ConfigureAwait(false) is not null;
        return Evaluate(key, guard, readAt, await source.UnlockAsync(call, user).ConfigureAwait(false), isErased);
    }

    /// <summary>Reads the item at the key of the desired item.</summary>
    public async Task<ReplicationState> WithActualAsync(StoreCall call, ReplicationState state) => state.Expected is null ? state : state with
    {
        Actual = await source.Reader.FindAsync(call, schema.Target, state.Expected.Key).ConfigureAwait(false),
    };

    private ReplicationState Evaluate(UserKey key, Guard? guard, DateTimeOffset readAt, StoredUser stored, bool isErased)
    {
        var state = new ReplicationState(key, guard, stored.IsUser && !isErased, Expected: null) { ReadAt = readAt, IsErased = isErased };
        if (!state.IsInSource)
            return state;
        try
        {
            TUser user = source.ToUser(stored);
            return state with { Expected = projector.Project(user), WriteId = stored.Revision.WriteId };
        }
        catch (UserStoreException failure) when (failure is UserProjectionException or UserStoreSchemaException)
        {
            return state with { Failure = failure };
        }
    }
}
