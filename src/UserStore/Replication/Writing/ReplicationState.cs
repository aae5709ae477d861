using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Replication.Targets;

namespace UserStore.Replication.Writing;

/// <summary>Represents the state of one user in guards, source and target, read in this order.</summary>
/// <param name="Key">The user.</param>
/// <param name="Guard">The guard, if there is one.</param>
/// <param name="IsInSource">Whether the source has the user.</param>
/// <param name="Expected">The desired item of the target, if any.</param>
internal sealed record ReplicationState(UserKey Key, Guard? Guard, bool IsInSource, TargetItem? Expected)
{
    /// <summary>Gets an instant before the source was read; null if the source certainly holds nothing newer than a change that is
    /// being applied.</summary>
    public required DateTimeOffset? ReadAt { get; init; }

    /// <summary>Gets a value indicating whether the user is erased, so that the source counts as not having the user.</summary>
    public bool IsErased { get; init; }

    /// <summary>Gets the id of the last write of the user in the source, if there is one.</summary>
    public string? WriteId { get; init; }

    /// <summary>Gets the reason why the desired item is unknown.</summary>
    public UserStoreException? Failure { get; init; }

    /// <summary>Gets the key of the item of the target that led to this user; null if the user itself was scanned.</summary>
    public Dictionary<string, AttributeValue>? FoundKey { get; init; }

    /// <summary>Gets the item of the target at the key of the desired item.</summary>
    public Dictionary<string, AttributeValue>? Actual { get; init; }

    /// <summary>Gets the drift, or null.</summary>
    public UserReplicationDriftKind? Drift
    {
        get
        {
            // Other drift is reported when the user itself is scanned.
            if (FoundKey is not null)
                return Failure is null && !TargetItem.SameKey(FoundKey, Expected?.Key) ? UserReplicationDriftKind.Orphaned : null;
            if (Failure is not null)
                return UserReplicationDriftKind.Unprojectable;
            if (Expected is not null && Actual is null)
                return UserReplicationDriftKind.Missing;
            if (Expected is not null && !AttributeValueComparer.AreEqual(Expected.Item, Actual!))
                return UserReplicationDriftKind.Different;
            return IsGuarded ? null : UserReplicationDriftKind.Unguarded;
        }
    }

    // Only the guard of a deleted user expires. An erased user has none.
    private bool IsGuarded => Guard is null
        ? Expected is null
        : !IsErased && TargetItem.SameKey(Guard.TargetKey, Expected?.Key) && (Guard.ExpiresAt is null) == IsInSource;
}
