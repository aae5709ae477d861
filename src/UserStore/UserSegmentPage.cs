namespace UserStore;

/// <summary>A page of one segment of the whole table.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <param name="Segment">The segment, from 0.</param>
/// <param name="Users">The users of this page. May be empty although more pages of the segment follow.</param>
/// <param name="ContinuationToken">The position after this page, for <see cref="UserListOptions.ResumeFrom"/>; <see langword="null"/> when
/// the segment is finished.</param>
public sealed record UserSegmentPage<TUser>(int Segment, IReadOnlyList<TUser> Users, string? ContinuationToken)
    where TUser : class
{
    /// <summary>Gets the items of this page that cannot be read.</summary>
    /// <value>Empty unless <see cref="UserStoreOptions.UnreadableUsers"/> is <see cref="UnreadableUsers.Report"/>.</value>
    public IReadOnlyList<UnreadableUser> Unreadable { get; init; } = [];

    /// <summary>Returns the segment and the number of users; never the token, from which the key of a user can be decoded.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => $"UserSegmentPage {{ Segment = {Segment}, Users = {Users.Count}, Unreadable = {Unreadable.Count} }}";
}
