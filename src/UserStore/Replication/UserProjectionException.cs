namespace UserStore.Replication;

/// <summary>Thrown, or reported for one user, when the projection makes no item that the target can hold.</summary>
public sealed class UserProjectionException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="UserProjectionException"/> class.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="problem">What is wrong and what to do about it, as the rest of a sentence.</param>
    /// <param name="innerException">The error that shows it, if one does.</param>
    /// <param name="isTransient">Whether a repetition may help: true when another user has the key, who may be about to give it up.</param>
    public UserProjectionException(string userId, string problem, Exception? innerException = null, bool isTransient = false)
        : base($"The projection of user '{userId}' {problem}", innerException)
        => (UserId, IsTransient) = (userId, isTransient);

    /// <summary>Gets the user.</summary>
    public string UserId { get; }

    /// <inheritdoc/>
    public override bool IsTransient { get; }
}
