namespace UserStore.Replication;

/// <summary>One record of a stream: a change of a user, or why it cannot be read as one.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <param name="SequenceNumber">Its place in the stream; <see langword="null"/> when it tells none.</param>
/// <param name="UserId">The user; <see langword="null"/> when it cannot be read.</param>
/// <param name="Change">The change; <see langword="null"/> when it cannot be read.</param>
/// <param name="Problem">Why it cannot be read; <see langword="null"/> when it can.</param>
public sealed record UserChangeRecord<TUser>(
    string? SequenceNumber, string? UserId, UserChange<TUser>? Change, InvalidUserChangeException? Problem)
    where TUser : User;
