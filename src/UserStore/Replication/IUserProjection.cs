namespace UserStore.Replication;

/// <summary>Defines the item of a target table for each user.</summary>
/// <typeparam name="TUser">The type of the users.</typeparam>
/// <typeparam name="TView">The annotated type of the target's items.</typeparam>
public interface IUserProjection<in TUser, out TView>
    where TUser : class
    where TView : class
{
    /// <summary>Returns the item of a user.</summary>
    /// <param name="user">The user in the source, including an expired one that DynamoDB has not deleted yet.</param>
    /// <returns>The item; <see langword="null"/> if the user has none.</returns>
    /// <remarks>The same user must always result in the same item, and no two users in the same key at the same time. A key that several users may
    /// share, such as a city, needs the user's id as its second part.</remarks>
    TView? Project(TUser user);
}
