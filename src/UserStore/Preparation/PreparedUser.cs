using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>A validated user as it is to be stored, with what the store adds to every write.</summary>
/// <param name="User">The user, a copy that the caller does not have.</param>
/// <param name="Key">The key of the user.</param>
/// <param name="Revision">The revision that the write stores.</param>
/// <param name="Now">The time of the write.</param>
/// <param name="Held">The unique values and their scopes, as the user is to hold them.</param>
/// <param name="Reserved">The unique values that the user has.</param>
internal sealed record PreparedUser<TUser>(
    TUser User, UserKey Key, Revision Revision, DateTimeOffset Now, HeldValues Held, IReadOnlyList<ReservedValue> Reserved)
    where TUser : class
{
    public string WriteId => Revision.WriteId!;
}
