namespace UserStore.Replication;

/// <summary>Says which item of a target table a user becomes.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <typeparam name="TView">The annotated type of the target's items.</typeparam>
public interface IUserProjection<in TUser, out TView>
    where TUser : User
    where TView : class
{
    /// <summary>Returns the item of a user.</summary>
    /// <param name="user">The user as it is in the source, also when it has expired and DynamoDB has not removed it yet.</param>
    /// <returns>The item; <see langword="null"/> for a user who has none.</returns>
    /// <remarks>The same user must always give the same item, and no two users the same key: a key that many may share, such as a city, needs the
    /// user's id as its second part.</remarks>
    TView? Project(TUser user);
}
