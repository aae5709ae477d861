using System.Diagnostics.CodeAnalysis;
using UserStore.DynamoDb.Sending;
using UserStore.Replication.Targets;

namespace UserStore.Replication.Writing;

/// <summary>Writes users as the source holds them, together with the users whose items must make room.</summary>
internal sealed class ReplicationStateWriter<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView>(
    ReplicationSchema schema, ReplicationStateReader<TUser, TView> reader, TargetWriter writer, Func<long> removedUntil)
    where TUser : class
    where TView : class
{
    // Each user needs up to four of the 100 actions of a transaction. A transaction has up to 4 MB, with the guards.
    private const int MaxUsers = 20;
    private const long MaxBytes = 7 * 512 * 1024;

    /// <summary>Writes one user, unless the guard has changed since it was read. If another user's item has the key, that user is written in the same
    /// transaction, and so on up to a key that is free or that one of these users leaves.</summary>
    /// <param name="call">The call that writes.</param>
    /// <param name="state">The state of the user.</param>
    /// <param name="sequenceNumber">The padded number of the change that is applied; null for a rebuild.</param>
    /// <returns>Null if all was written; the conflict if nothing was written, because of concurrent writers.</returns>
    /// <exception cref="UserProjectionException">The owner of the key needs the key as well, cannot be projected, or is the first of too
    /// many.</exception>
    public async Task<TargetConflict?> WriteAsync(StoreCall call, ReplicationState state, string? sequenceNumber = null)
    {
        TargetWrite write = ToWrite(state, sequenceNumber);
        TargetConflict? conflict = await writer.WriteAsync(call, write).ConfigureAwait(false);
        if (conflict is not { Kind: TargetConflictKind.KeyTaken })
            return conflict;
        IReadOnlyList<ReplicationState>? owners = await ReadOwnersAsync(call, state).ConfigureAwait(false);
        return owners is null ? conflict : await writer.WriteAsync(call, [write, .. owners.Select(owner => ToWrite(owner))]).ConfigureAwait(false);
    }

    /// <summary>Returns the write of a user as the source holds the user.</summary>
    public TargetWrite ToWrite(ReplicationState state, string? sequenceNumber = null, GuardCondition? condition = null)
    {
        Guard? next = state.IsErased ? null : new Guard(
            state.Key,
            sequenceNumber ?? state.Guard?.SequenceNumber ?? Guard.NoSequenceNumber,
            state.Expected?.Key,
            state.ReadAt,
            state.IsInSource ? null : removedUntil());
        return new TargetWrite(state.Key, next, condition ?? GuardCondition.IsUnchanged(state.Guard), state.Expected, state.Guard?.TargetKey, state.FoundKey);
    }

    /// <summary>Reads the owner of the item whose key a user needs, the owner of the item whose key that owner needs, and so on.</summary>
    /// <returns>The owners; null if a user has changed in the meantime.</returns>
    private async Task<IReadOnlyList<ReplicationState>?> ReadOwnersAsync(StoreCall call, ReplicationState first)
    {
        List<ReplicationState> users = [await reader.WithActualAsync(call, first).ConfigureAwait(false)];
        while (reader.OwnerOf(users[^1].Actual) is { } ownerKey && !users.Exists(user => user.Key == ownerKey))
        {
            ReplicationState owner = await reader.ReadAsync(call, ownerKey).ConfigureAwait(false);
            if (owner.Failure is { } failure)
            {
                throw KeyTaken(
                    first, $"has the key of an item of user '{ownerKey}', whose new item is unknown; see the inner exception. Repair that user.", failure);
            }

            if (owner.Expected is { Key: var key } && users.Find(user => TargetItem.SameKey(user.Expected?.Key, key)) is { } rival)
            {
                ReplicationState now = await reader.ReadSourceAsync(call, rival.Key, rival.Guard).ConfigureAwait(false);
                bool isUnchanged = now.WriteId == rival.WriteId && TargetItem.SameKey(now.Expected?.Key, key);
                return isUnchanged ? throw NotUnique(first, rival.Key, ownerKey) : null;
            }

            users.Add(owner);
            if (users.Count > MaxUsers || users.Sum(user => user.Expected?.Size ?? 0) > MaxBytes)
            {
                throw KeyTaken(
                    first,
                    "has the key of an item of another user, who needs the key of a third one, and so on. "
                        + $"More than {MaxUsers} users, or {MaxBytes} bytes, cannot be moved at once. Retry it later, when some of them have moved.");
            }
        }

        return users[1..];
    }

    private UserProjectionException NotUnique(ReplicationState first, UserKey key, UserKey ownerKey) => KeyTaken(
        first,
        key == first.Key
            ? $"has the key of an item of table '{schema.Target.TableName}' that belongs to user '{ownerKey}'. Include the user's id in the key."
            : $"has the key of an item of table '{schema.Target.TableName}' that cannot make room, because the projections of users '{key}' and "
                + $"'{ownerKey}' have the same key. Include the user's id in the key.");

    private static UserProjectionException KeyTaken(ReplicationState first, string problem, Exception? failure = null)
        => new(first.Key, problem, failure, isTransient: true);
}
