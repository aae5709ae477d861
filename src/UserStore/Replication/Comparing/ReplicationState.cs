using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Replication.Targets;

namespace UserStore.Replication.Comparing;

/// <summary>How one user stands in source, guards and target, read in this order: guard, source, target.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Guard">The guard, if there is one.</param>
/// <param name="IsInSource">Whether the source has the user.</param>
/// <param name="Expected">The item that the target should have, if any.</param>
internal sealed record ReplicationState(string UserId, Guard? Guard, bool IsInSource, TargetItem? Expected)
{
    /// <summary>Gets why it is not known what the target should have.</summary>
    public UserStoreException? Failure { get; init; }

    /// <summary>Gets the key of the item of the target, made from this user, because of which it is looked at; null when it is because of the
    /// user itself.</summary>
    public Dictionary<string, AttributeValue>? FoundKey { get; init; }

    /// <summary>Gets what the target has at the key of the item that it should have.</summary>
    public Dictionary<string, AttributeValue>? Actual { get; init; }

    /// <summary>Gets what is not in order, or null.</summary>
    public UserReplicationDriftKind? Drift
    {
        get
        {
            // All else about a user is told where the user is met.
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

    // The guard of a removed user is one day forgotten, that of others never.
    private bool IsGuarded => Guard is null
        ? Expected is null
        : TargetItem.SameKey(Guard.TargetKey, Expected?.Key) && (Guard.ExpiresAt is null) == IsInSource;
}
