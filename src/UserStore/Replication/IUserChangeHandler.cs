namespace UserStore.Replication;

/// <summary>Handles changes of users.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <remarks>
/// A change may arrive more than once, and earlier changes of a user may arrive after later ones, because a stream is read again from the
/// first record that failed. Handling must therefore be idempotent.
/// </remarks>
public interface IUserChangeHandler<TUser>
    where TUser : class
{
    /// <summary>Handles a change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>A task that completes when the change is handled. If it fails, the change is retried.</returns>
    Task HandleAsync(UserChange<TUser> change, CancellationToken cancellationToken = default);
}
