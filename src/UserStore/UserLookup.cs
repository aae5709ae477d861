namespace UserStore;

/// <summary>The result for one of many ids.</summary>
/// <typeparam name="TUser">The type of the user.</typeparam>
/// <param name="UserId">The requested id.</param>
/// <param name="User">The user, or <see langword="null"/> when there is none.</param>
public sealed record UserLookup<TUser>(string UserId, TUser? User)
    where TUser : User;
