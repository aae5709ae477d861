using System.Diagnostics.CodeAnalysis;
using UserStore.DynamoDb.Sending;
using UserStore.Replication.Targets;
using UserStore.Replication.Writing;

namespace UserStore.Replication.Comparing;

/// <summary>Compares users in source and target, and repairs their drift.</summary>
internal sealed class ReplicationComparer<
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TView>(
    RequestSender sender, ReplicationStateReader<TUser, TView> reader, ReplicationStateWriter<TUser, TView> writer)
    where TUser : class
    where TView : class
{
    /// <summary>Reads one user again, and returns the drift that remains.</summary>
    public async Task<UserReplicationDrift?> ConfirmAsync(ReplicationState before, CancellationToken cancellationToken)
    {
        ReplicationState now = await reader.ReadAsync(sender.Begin(cancellationToken), before.Key, before.FoundKey).ConfigureAwait(false);
        return now.Drift is { } drift ? new UserReplicationDrift(now.Key, drift, now.Failure) : null;
    }

    /// <summary>Repairs the drift of one user.</summary>
    /// <returns>The drift, with the failure if it could not be repaired; null if a concurrent change has removed it.</returns>
    public async Task<UserReplicationDrift?> RepairAsync(ReplicationState state, CancellationToken cancellationToken)
    {
        StoreCall call = sender.Begin(cancellationToken);
        for (int round = 1; state.Drift is { } drift; round++)
        {
            if (state.Failure is not null)
                return new UserReplicationDrift(state.Key, drift, state.Failure);
            try
            {
                TargetConflict? conflict = await writer.WriteAsync(call, state).ConfigureAwait(false);
                if (conflict is null)
                    return new UserReplicationDrift(state.Key, drift);
                if (round > 1 && !await call.TryDelayAsync().ConfigureAwait(false))
                {
                    throw new UserStoreUnavailableException(
                        $"User '{state.Key}' could not be rebuilt, because changes kept arriving. Retry it.", conflict.Failure.Exception);
                }
            }
            catch (UserProjectionException failure)
            {
                return new UserReplicationDrift(state.Key, drift, failure);
            }

            state = await reader.ReadAsync(call, state.Key, state.FoundKey).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Reads the state of one user, and repairs its drift.</summary>
    public async Task<UserReplicationDrift?> RepairAsync(UserKey key, CancellationToken cancellationToken)
    {
        ReplicationState state = await reader.ReadAsync(sender.Begin(cancellationToken), key).ConfigureAwait(false);
        return await RepairAsync(state, cancellationToken).ConfigureAwait(false);
    }
}
