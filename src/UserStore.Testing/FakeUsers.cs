using System.Diagnostics.CodeAnalysis;

namespace UserStore.Testing;

/// <summary>Creates users that are obviously not real, with numbered names and with email addresses in <c>example.test</c>, a domain
/// that cannot receive mail.</summary>
public static class FakeUsers
{
    private static readonly string[] Statuses = [UserStatus.Active, UserStatus.Active, UserStatus.Pending, UserStatus.Suspended];

    /// <summary>Creates a user. The same number always produces the same user.</summary>
    /// <param name="number">The number that distinguishes the user from others.</param>
    /// <returns>A user with an ID, name, email, status, age and tags. The user is not stored.</returns>
    public static User Create(int number = 1) => Create<User>(number);

    /// <summary>Creates a user of a derived type. The same number always produces the same user. Properties of the derived type keep
    /// their defaults.</summary>
    /// <typeparam name="TUser">The type of the user. Its <c>required</c> members are not set.</typeparam>
    /// <param name="number">The number that distinguishes the user from others.</param>
    /// <returns>A user with an ID, name, email, status, age and tags. The user is not stored.</returns>
    public static TUser Create<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(int number = 1)
        where TUser : User
        => Activator.CreateInstance<TUser>() with
        {
            UserId = $"fake-{number}",
            Name = $"Fake User {number}",
            Email = $"fake.user.{number}@example.test",
            Status = Statuses[(number & int.MaxValue) % Statuses.Length],
            Age = 18 + ((number & int.MaxValue) % 60),
            Tags = ["fake", $"group-{(number & int.MaxValue) % 5}"],
        };

    /// <summary>Creates the users 1 to <paramref name="count"/>.</summary>
    /// <param name="count">The number of users.</param>
    /// <returns>The users, which are created while they are enumerated.</returns>
    public static IEnumerable<User> CreateMany(int count) => CreateMany<User>(count);

    /// <summary>Creates the users 1 to <paramref name="count"/> of a derived type.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <param name="count">The number of users.</param>
    /// <returns>The users, which are created while they are enumerated.</returns>
    public static IEnumerable<TUser> CreateMany<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(int count)
        where TUser : User
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Enumerable.Range(1, count).Select(Create<TUser>);
    }
}
