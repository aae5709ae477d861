namespace UserStore.Replication;

/// <summary>Represents one change of a user in the stream of the table.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
public sealed record UserChange<TUser>
    where TUser : class
{
    /// <summary>Gets the kind of the change.</summary>
    public required UserChangeKind Kind { get; init; }

    /// <summary>Gets the key of the user.</summary>
    public required UserKey Key { get; init; }

    /// <summary>Gets the user before the change; <see langword="null"/> if the user is new.</summary>
    public TUser? OldUser { get; init; }

    /// <summary>Gets the user after the change; <see langword="null"/> if the user was deleted.</summary>
    public TUser? NewUser { get; init; }

    /// <summary>Gets the sequence number of the change in the stream. Of two changes of one user, the later has the higher number.</summary>
    /// <value>1 to 40 digits, compared as a number.</value>
    public required string SequenceNumber { get; init; }

    /// <summary>Gets the approximate time of the change.</summary>
    /// <value>By the clock of DynamoDB, with a resolution of seconds or finer. The default value if it is unknown.</value>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>Gets a value indicating whether DynamoDB deleted the user because its time to live had expired.</summary>
    public bool IsTimeToLiveDelete { get; init; }

    /// <summary>Gets a value indicating whether <see cref="OldUser"/> or <see cref="NewUser"/> lack encrypted values, because the data key of the user
    /// is erased: the user is deleted by now.</summary>
    /// <value>The default is <see langword="false"/>. If <see langword="true"/>, the properties have their defaults. Always <see langword="true"/> for
    /// <see cref="UserChangeKind.Removed"/> if the user had such values, as a user is deleted together with its data key.</value>
    public bool HasErasedValues { get; init; }

    /// <summary>Gets the keys of the reservations that the change released, as the items show them also without the data key; null for a type without
    /// encrypted properties, whose users show them.</summary>
    internal ValueList<string>? ReleasedReservations { get; init; }

    /// <summary>Returns the kind of the change and the key of the user; no other values.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => $"{Kind} {{ Key = {Key}, SequenceNumber = {SequenceNumber} }}";
}

/// <summary>Specifies the kind of a change.</summary>
public enum UserChangeKind
{
    /// <summary>The user was created.</summary>
    Inserted,

    /// <summary>The user was changed.</summary>
    Modified,

    /// <summary>The user was deleted, by a caller or by time to live.</summary>
    Removed,
}
