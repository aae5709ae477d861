using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Replication.Targets;

namespace UserStore.Replication.Writing;

/// <summary>Writes changes: from their images where these are certainly newer than the target, otherwise as the source holds the user.</summary>
internal sealed class ChangeWriter<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView>(
    UserTable<TUser> source,
    Projector<TUser, TView> projector,
    ReplicationStateReader<TUser, TView> reader,
    ReplicationStateWriter<TUser, TView> states,
    TargetWriter writer,
    Func<long> removedUntil)
    where TUser : class
    where TView : class
{
    /// <summary>Writes a change, unless that change or a later one of the same user was written before.</summary>
    public async Task WriteAsync(UserChange<TUser> change, CancellationToken cancellationToken)
    {
        string number = Guard.Pad(change.SequenceNumber);
        TargetItem? item = change.NewUser is null || change.HasErasedValues ? null : projector.Project(change.NewUser);
        StoreCall call = source.Sender.Begin(cancellationToken);
        TargetConflict? conflict = await TryFirstAsync(call, change, number, item).ConfigureAwait(false);
        bool needsSource = false;
        for (int round = 1; conflict is not null; round++)
        {
            // The first round uses the guard that the attempt before it found; a second one means that there are concurrent writers.
            if (round > 1 && !await call.TryDelayAsync().ConfigureAwait(false))
            {
                throw new UserStoreUnavailableException(
                    $"Change '{change.SequenceNumber}' of user '{change.Key}' could not be written, because other writers kept changing its "
                        + "guard. Retry it.",
                    conflict.Failure.Exception);
            }

            Guard? guard = conflict.FindGuard(source.Model.Key) ?? await reader.ReadGuardAsync(call, change.Key).ConfigureAwait(false);
            if (guard?.HasApplied(number) == true)
                return;
            needsSource |= conflict.Kind != TargetConflictKind.GuardChanged;
            conflict = guard?.Precedes(change.Timestamp) == true && !needsSource && !NeedsSource(change)
                ? await writer.WriteAsync(call, FromImage(change, number, item, GuardCondition.IsUnchanged(guard), guard.TargetKey)).ConfigureAwait(false)
                : await states.WriteAsync(call, await ReadSourceAsync(call, change, item, guard).ConfigureAwait(false), number).ConfigureAwait(false);
        }
    }

    // Without reading the guard: a new user has none, and the key of the former item of a known user is that of the old image.
    private async Task<TargetConflict?> TryFirstAsync(StoreCall call, UserChange<TUser> change, string number, TargetItem? item)
    {
        if (change.Kind == UserChangeKind.Inserted || NeedsSource(change))
        {
            ReplicationState state = await ReadSourceAsync(call, change, item, guard: null).ConfigureAwait(false);
            return await writer.WriteAsync(call, states.ToWrite(state, number, GuardCondition.HasNoItem(number))).ConfigureAwait(false);
        }

        Dictionary<string, AttributeValue>? formerKey = projector.GuessKey(change.OldUser);
        var condition = GuardCondition.Precedes(number, change.Timestamp, formerKey);
        return await writer.WriteAsync(call, FromImage(change, number, item, condition, formerKey)).ConfigureAwait(false);
    }

    // An image that lacks values is that of a user who is deleted by now.
    private static bool NeedsSource(UserChange<TUser> change) => change is { HasErasedValues: true, NewUser: not null };

    private async Task<ReplicationState> ReadSourceAsync(StoreCall call, UserChange<TUser> change, TargetItem? item, Guard? guard)
    {
        ReplicationState state = await reader.ReadSourceAsync(call, change.Key, guard).ConfigureAwait(false);
        if (state.Failure is not null)
            throw state.Failure;
        bool isOfChange = change.NewUser is { } user && source.Input.Roles.KnownOf(user)?.WriteId is { } writeId && writeId == state.WriteId
            && AttributeValueComparer.ByValue.Equals(item?.Item, state.Expected?.Item);
        return isOfChange ? state with { ReadAt = null } : state;
    }

    private TargetWrite FromImage(
        UserChange<TUser> change, string number, TargetItem? item, GuardCondition condition, Dictionary<string, AttributeValue>? formerKey)
    {
        var next = new Guard(change.Key, number, item?.Key, ReadAt: null, change.NewUser is null ? removedUntil() : null);
        return new TargetWrite(change.Key, next, condition, item, formerKey);
    }
}
