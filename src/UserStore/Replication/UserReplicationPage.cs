namespace UserStore.Replication;

/// <summary>Represents a page of a walk over source and target.</summary>
/// <param name="Read">The number of items read, of any of the tables.</param>
/// <param name="Drifts">The drift found. A rebuild has repaired it, unless <see cref="UserReplicationDrift.Failure"/> is set.</param>
/// <param name="ContinuationToken">The token to resume after this page and all pages before it; see
/// <see cref="UserReplicationWalkOptions.ResumeFrom"/>. Contains keys of items, encrypted if the store has
/// <see cref="UserStoreOptions.TokenKeys"/>.</param>
public sealed record UserReplicationPage(int Read, IReadOnlyList<UserReplicationDrift> Drifts, string ContinuationToken)
{
    /// <summary>Returns the numbers of the page; never the token, from which the key of an item can be decoded.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => $"UserReplicationPage {{ Read = {Read}, Drifts = {Drifts.Count} }}";
}

/// <summary>Represents a difference between source and target.</summary>
/// <param name="Key">The user; <see langword="null"/> for an item of the target that replication did not write.</param>
/// <param name="Kind">The kind of the drift.</param>
/// <param name="Failure">Why the drift cannot be compared or repaired; <see langword="null"/> if it can.</param>
public sealed record UserReplicationDrift(UserKey? Key, UserReplicationDriftKind Kind, UserStoreException? Failure = null)
{
    /// <summary>Returns the kind, the user and the type of the failure, whose inner exception can be one of the application.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => $"{Kind} {{ Key = {Key}, Failure = {Failure?.GetType().Name} }}";
}

/// <summary>Specifies the kind of a drift between source and target.</summary>
public enum UserReplicationDriftKind
{
    /// <summary>The user's item is not in the target.</summary>
    Missing,

    /// <summary>The user's item in the target differs from its projection.</summary>
    Different,

    /// <summary>The target has an item that is not the projection of a user.</summary>
    Orphaned,

    /// <summary>The target is correct, but the guard does not match it: the next change would leave the item behind.</summary>
    Unguarded,

    /// <summary>The user cannot be read, or its projection fails.</summary>
    Unprojectable,
}
