namespace UserStore;

/// <summary>A part of the result of a query or listing.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <param name="Users">The users of this page, in order. May be empty although more pages follow.</param>
/// <param name="ContinuationToken">
/// The token to pass to the next call, or <see langword="null"/> after the last page. Opaque and safe in a URL. Without
/// <see cref="UserStoreOptions.TokenKeys"/> it is not encrypted: a reader who decodes it can see the keys of the last user of the page.
/// </param>
public sealed record UserPage<TUser>(IReadOnlyList<TUser> Users, string? ContinuationToken)
    where TUser : class
{
    /// <summary>Gets the items of this page that cannot be read.</summary>
    /// <value>Empty unless <see cref="UserStoreOptions.UnreadableUsers"/> is <see cref="UnreadableUsers.Report"/>.</value>
    public IReadOnlyList<UnreadableUser> Unreadable { get; init; } = [];

    /// <summary>Gets a value indicating whether another page may follow.</summary>
    public bool HasMore => ContinuationToken is not null;

    /// <summary>Returns the number of users, and whether there are more; never the token, from which values of a user can be decoded.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => $"UserPage {{ Users = {Users.Count}, Unreadable = {Unreadable.Count}, HasMore = {HasMore} }}";
}
