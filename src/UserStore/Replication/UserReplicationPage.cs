namespace UserStore.Replication;

/// <summary>A page of a walk over source and target.</summary>
/// <param name="Read">How many items it read, of whichever table.</param>
/// <param name="Drifts">What was found that is not in order. In a rebuild it is mended, where no failure is told.</param>
/// <param name="ContinuationToken">Where to go on after this page and all before it, for <see cref="UserReplicationWalkOptions.ResumeFrom"/>. Holds keys
/// of items; encrypted when the store has <see cref="UserStoreOptions.TokenKeys"/>.</param>
public sealed record UserReplicationPage(int Read, IReadOnlyList<UserReplicationDrift> Drifts, string ContinuationToken);

/// <summary>A difference between source and target.</summary>
/// <param name="UserId">The user; <see langword="null"/> for an item of the target that replication did not write.</param>
/// <param name="Kind">What is not in order.</param>
/// <param name="Failure">Why it cannot be compared or mended; <see langword="null"/> when it can.</param>
public sealed record UserReplicationDrift(string? UserId, UserReplicationDriftKind Kind, UserStoreException? Failure = null);

/// <summary>What is not in order between source and target.</summary>
public enum UserReplicationDriftKind
{
    /// <summary>The user's item is not in the target.</summary>
    Missing,

    /// <summary>The user's item in the target is another than its projection.</summary>
    Different,

    /// <summary>The target has an item that is no projection of a user.</summary>
    Orphaned,

    /// <summary>The target is right, but the guard does not know it: the next change would leave the item behind.</summary>
    Unguarded,

    /// <summary>The user cannot be read, or its projection fails.</summary>
    Unprojectable,
}
