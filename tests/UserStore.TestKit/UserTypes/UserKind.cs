using System.Linq.Expressions;
using UserStore.Testing;

namespace UserStore.TestKit.UserTypes;

/// <summary>What the suites need to know of a user type: how to make and change users of it, and which roles it has.</summary>
public sealed record UserKind<TUser>
    where TUser : class
{
    /// <summary>Gets the function that creates a user that is not stored; the same number makes the same user.</summary>
    public required Func<int, TUser> New { get; init; }

    public required Func<TUser, UserKey> KeyOf { get; init; }

    public required Func<TUser, string?, TUser> WithName { get; init; }

    public required Expression<Func<TUser, string?>> Name { get; init; }

    public required Expression<Func<TUser, int>> Points { get; init; }

    /// <summary>Gets a property that is unique in the whole table.</summary>
    public required Expression<Func<TUser, string?>> Unique { get; init; }

    public required Func<TUser, string?, TUser> WithUnique { get; init; }

    /// <summary>Gets the function that creates a valid unique value, in its normalized form.</summary>
    public required Func<int, string> UniqueValue { get; init; }

    /// <summary>Gets a value indicating whether the unique property is the partition key of an index.</summary>
    public bool HasUniqueIndex { get; init; }

    /// <summary>Gets the version; null if the type has none.</summary>
    public Func<TUser, long?>? Version { get; init; }

    /// <summary>Gets the function that removes what the store knows of a user, as JSON does. A type that keeps nothing has nothing to
    /// remove.</summary>
    public Func<TUser, TUser> Forget { get; init; } = static user => user;

    /// <summary>Gets a value indicating whether users of the type carry their revision.</summary>
    public bool HasRevision { get; init; }

    /// <summary>Gets the function that lets a user expire; null if users do not.</summary>
    public Func<TUser, DateTimeOffset, TUser>? Expiring { get; init; }

    /// <summary>Gets a value indicating whether a recreated user can be distinguished from the one before without a revision.</summary>
    public bool HasCreatedAt { get; init; }

    public Action<UserTypeBuilder<TUser>>? Describe { get; init; }

    public string? NameOf(TUser user) => Name.Compile()(user);

    public int PointsOf(TUser user) => Points.Compile()(user);

    public string? UniqueOf(TUser user) => Unique.Compile()(user);
}

public static class UserKinds
{
    public static UserKind<User> User { get; } = new()
    {
        New = number => FakeUsers.Create(number) with { Age = number },
        KeyOf = user => user.UserId,
        WithName = (user, name) => user with { Name = name },
        Name = user => user.Name,
        Points = user => user.Age!.Value,
        Unique = user => user.Email,
        WithUnique = (user, email) => user with { Email = email },
        UniqueValue = number => $"fake.user.{number}@example.test",
        HasUniqueIndex = true,
        Version = user => user.Version,
        HasRevision = true,
        Forget = user => user with { Revision = null },
        Expiring = (user, at) => user with { ExpiresAt = at },
        HasCreatedAt = true,
    };

    public static UserKind<Account> Account { get; } = new()
    {
        New = number => new Account
        {
            Id = new Guid(number, 1, 2, [3, 4, 5, 6, 7, 8, 9, 10]),
            Login = $"fake-{number}",
            Name = $"Fake {number}",
            Points = number,
            Labels = ["a", "b"],
            Origin = "test",
        },
        KeyOf = account => account.Id,
        WithName = (account, name) => Changed(account, copy => copy.Name = name),
        Name = account => account.Name,
        Points = account => account.Points,
        Unique = account => account.Login,
        WithUnique = (account, login) => Changed(account, copy => copy.Login = login),
        UniqueValue = number => $"fake-{number}",
        HasUniqueIndex = true,
        Version = account => account.Version,
        Expiring = (account, at) => Changed(account, copy => copy.Expires = at.UtcDateTime),
        HasCreatedAt = true,
    };

    public static UserKind<Member> Member { get; } = new()
    {
        New = number => new Member
        {
            Tenant = $"tenant-{number % 2}",
            Id = $"member-{number}",
            UserName = $"fake-{number}",
            Email = $"fake.member.{number}@example.test",
            Name = $"Fake {number}",
            Points = number,
        },
        KeyOf = member => UserKey.Of(member.Tenant, member.Id),
        WithName = (member, name) => member with { Name = name },
        Name = member => member.Name,
        Points = member => member.Points,
        Unique = member => member.Email,
        WithUnique = (member, email) => member with { Email = email },
        UniqueValue = number => $"fake.member.{number}@example.test",
        HasUniqueIndex = true,
        Version = member => member.Version,
        HasRevision = true,
        Forget = member => member with { Revision = null },
        Expiring = (member, at) => member with { TimeToLive = at.ToUnixTimeSeconds() },
        HasCreatedAt = true,
        Describe = type => type.OnlyWhere(member => member.ItemKind == UserTypes.Member.Kind),
    };

    public static UserKind<Visitor> Visitor { get; } = new()
    {
        New = number => new Visitor(number, $"Fake {number}")
        {
            Badge = $"badge-{number}",
            Points = number,
            Contact = new Contact { Phone = "555", City = "Faketown" },
        },
        KeyOf = visitor => UserKey.Of(visitor.Number),
        WithName = (visitor, name) => new Visitor(visitor.Number, name) { Badge = visitor.Badge, Points = visitor.Points, Contact = visitor.Contact },
        Name = visitor => visitor.Name,
        Points = visitor => visitor.Points,
        Unique = visitor => visitor.Badge,
        WithUnique = (visitor, badge) => new Visitor(visitor.Number, visitor.Name) { Badge = badge, Points = visitor.Points, Contact = visitor.Contact },
        UniqueValue = number => $"badge-{number}",
    };

    public static UserKind<Subscriber> Subscriber { get; } = new()
    {
        New = number => new Subscriber($"fake.{number}@example.test", $"Fake {number}", number, Phone: $"555-{number}"),
        KeyOf = subscriber => subscriber.Email,
        WithName = (subscriber, name) => subscriber with { Name = name },
        Name = subscriber => subscriber.Name,
        Points = subscriber => subscriber.Points,
        Unique = subscriber => subscriber.Phone,
        WithUnique = (subscriber, phone) => subscriber with { Phone = phone },
        UniqueValue = number => $"555-{number}",
        Version = subscriber => subscriber.Version,
        HasRevision = true,
        Forget = subscriber => subscriber with { ETag = null },
    };

    private static Account Changed(Account account, Action<Account> change)
    {
        var copy = new Account
        {
            Id = account.Id,
            Login = account.Login,
            Name = account.Name,
            Points = account.Points,
            Labels = [.. account.Labels],
            Version = account.Version,
            Created = account.Created,
            Changed = account.Changed,
            Origin = account.Origin,
            Expires = account.Expires,
        };
        change(copy);
        return copy;
    }
}
