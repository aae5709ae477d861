using System.Diagnostics.CodeAnalysis;

namespace UserStore.Testing;

/// <summary>Makes users that are obviously not real: numbered names, addresses in <c>example.test</c>, which can never receive
/// mail.</summary>
public static class FakeUsers
{
    private static readonly string[] Statuses = [UserStatus.Active, UserStatus.Active, UserStatus.Pending, UserStatus.Suspended];

    /// <summary>Makes a user; the same number gives the same user.</summary>
    /// <param name="number">Tells it from others.</param>
    /// <returns>A user with id, name, email, status, age and tags, not stored yet.</returns>
    public static User Create(int number = 1) => Create<User>(number);

    /// <summary>Makes a user of a derived type; the same number gives the same user. Fields of the derived type keep their
    /// defaults.</summary>
    /// <typeparam name="TUser">The type of the user. Its <c>required</c> members stay unset.</typeparam>
    /// <param name="number">Tells it from others.</param>
    /// <returns>A user with id, name, email, status, age and tags, not stored yet.</returns>
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

    /// <summary>Makes the users 1 to <paramref name="count"/>.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The users, made while they are enumerated.</returns>
    public static IEnumerable<User> CreateMany(int count) => CreateMany<User>(count);

    /// <summary>Makes the users 1 to <paramref name="count"/> of a derived type.</summary>
    /// <typeparam name="TUser">The type of the users.</typeparam>
    /// <param name="count">How many.</param>
    /// <returns>The users, made while they are enumerated.</returns>
    public static IEnumerable<TUser> CreateMany<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(int count)
        where TUser : User
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Enumerable.Range(1, count).Select(Create<TUser>);
    }
}
