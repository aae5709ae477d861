namespace UserStore.Replication;

/// <summary>Represents one record of a stream: a change of a user, or the reason why it cannot be read.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <param name="SequenceNumber">The sequence number; <see langword="null"/> if the record has none.</param>
/// <param name="Key">The user; <see langword="null"/> if it cannot be read.</param>
/// <param name="Change">The change; <see langword="null"/> if it cannot be read, or concerns an item that is not a user.</param>
/// <param name="Problem">The reason why the record cannot be read; <see langword="null"/> if it can.</param>
public sealed record UserChangeRecord<TUser>(
    string? SequenceNumber, UserKey? Key, UserChange<TUser>? Change, InvalidUserChangeException? Problem)
    where TUser : class;
