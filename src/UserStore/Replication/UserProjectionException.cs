namespace UserStore.Replication;

/// <summary>Thrown, or reported for one user, when the projection fails or returns an item that the target cannot store, or whose key other
/// users need.</summary>
public sealed class UserProjectionException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserProjectionException"/> class.</summary>
    /// <param name="key">The user.</param>
    /// <param name="problem">The problem and its remedy, as the rest of a sentence.</param>
    /// <param name="innerException">The underlying error, if any.</param>
    /// <param name="isTransient">Whether a retry may succeed: true if another user has the key, which may change.</param>
    public UserProjectionException(UserKey key, string problem, Exception? innerException = null, bool isTransient = false)
        : base($"The projection of user '{key}' {problem}", innerException)
        => (Key, IsTransient) = (key, isTransient);

    /// <summary>Gets the user.</summary>
    public UserKey Key { get; }

    /// <inheritdoc/>
    public override bool IsTransient { get; }
}
