namespace UserStore.Replication;

/// <summary>Does something about changes of users.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <remarks>
/// A change may come more than once, and earlier changes of a user after later ones: a stream is read again from the first record that
/// failed. So handling must be harmless when it is repeated.
/// </remarks>
public interface IUserChangeHandler<TUser>
    where TUser : User
{
    /// <summary>Handles a change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Cancelled when the invocation ends.</param>
    /// <returns>A task that completes when it is handled; one that fails has it tried again.</returns>
    Task HandleAsync(UserChange<TUser> change, CancellationToken cancellationToken = default);
}
