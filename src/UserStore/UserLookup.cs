namespace UserStore;

/// <summary>The result for one of many keys.</summary>
/// <typeparam name="TUser">The type of the user.</typeparam>
/// <param name="Key">The requested key.</param>
/// <param name="User">The user, or <see langword="null"/> when there is none.</param>
public sealed record UserLookup<TUser>(UserKey Key, TUser? User)
    where TUser : class
{
    /// <summary>Gets the reason why the stored item cannot be read.</summary>
    /// <value><see langword="null"/> if the user was read or does not exist. Always <see langword="null"/> unless
    /// <see cref="UserStoreOptions.UnreadableUsers"/> is <see cref="UnreadableUsers.Report"/>.</value>
    public UnreadableUser? Unreadable { get; init; }

    /// <summary>Returns the key and whether there is a user, who may have a <c>ToString()</c> that prints every value.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => $"UserLookup {{ Key = {Key}, IsFound = {User is not null}, Unreadable = {Unreadable} }}";
}
