namespace UserStore.Replication;

/// <summary>One change of a user, as the stream of the table tells it.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
public sealed record UserChange<TUser>
    where TUser : User
{
    /// <summary>Gets what happened.</summary>
    public required UserChangeKind Kind { get; init; }

    /// <summary>Gets the id of the user.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets the user before the change; <see langword="null"/> when it is new.</summary>
    public TUser? OldUser { get; init; }

    /// <summary>Gets the user after the change; <see langword="null"/> when it is gone.</summary>
    public TUser? NewUser { get; init; }

    /// <summary>Gets the place of the change in the stream: of two changes of one user, the later has the higher number.</summary>
    /// <value>1 to 40 digits, to be compared as a number.</value>
    public required string SequenceNumber { get; init; }

    /// <summary>Gets about when it happened.</summary>
    /// <value>By the service's clock, in whole seconds or finer.</value>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>Gets a value indicating whether DynamoDB removed the user because its time to live had come.</summary>
    public bool IsTimeToLiveDelete { get; init; }

    /// <summary>Returns what happened to which user; never another value.</summary>
    /// <returns>A text that is safe to log.</returns>
    public override string ToString() => $"{Kind} {{ UserId = {UserId}, SequenceNumber = {SequenceNumber} }}";
}

/// <summary>What happened to a user.</summary>
public enum UserChangeKind
{
    /// <summary>It was created.</summary>
    Inserted,

    /// <summary>It was changed.</summary>
    Modified,

    /// <summary>It was deleted, or removed because it had expired.</summary>
    Removed,
}
