using System.Collections;
using System.Globalization;
using System.Linq.Expressions;
using FsCheck;
using FsCheck.Fluent;

namespace UserStore.ServerTests;

/// <summary>One step of a random sequence, the same for every store: plain values, so that a sequence can be printed and shortened.</summary>
public sealed record StoreOperation(string Kind, int User, int Email, int Number, int Choice)
{
    public const int Users = 4;
    public const int Emails = 4;

    private static readonly string[] Kinds =
    [
        "create", "create", "create", "create expiring", "read", "read", "replace", "replace", "replace email", "replace email", "patch", "patch",
        "patch", "patch email", "patch email", "patch email", "patch conditionally", "delete", "delete version", "delete revision",
        "find by email", "query status", "query email", "page", "list", "bad input", "advance",
        "numbers", "numbers", "number filter", "number filter", "number condition", "values", "values", "overflow",
    ];

    private static readonly double[] Fractions = [0.1, 0.2, 0.3, 1E-30, 0, 1E20, -0.1, 9.9E125, double.NaN];
    private static readonly decimal[] Decimals = [0.10m, -1.50m, 0.3m, 1e-20m, 0.0m, 1e5m, 7m, -0.1m, 2.5m];

    public static Gen<StoreOperation[]> Sequences(int longest)
    {
        Gen<StoreOperation> one =
            from kind in Gen.Elements(Kinds)
            from user in Gen.Choose(0, Users - 1)
            from email in Gen.Choose(0, Emails)
            from number in Gen.Choose(-3, 5)
            from choice in Gen.Choose(0, 5)
            select new StoreOperation(kind, user, email, number, choice);
        return Gen.Choose(1, longest).SelectMany(length => Gen.ArrayOf(one, length));
    }

    /// <summary>Returns shorter sequences to run when a sequence fails.</summary>
    public static IEnumerable<StoreOperation[]> Shrink(StoreOperation[] operations)
    {
        for (int size = operations.Length / 2; size > 0; size /= 2)
        {
            for (int start = 0; start + size <= operations.Length; start += size)
                yield return [.. operations[..start], .. operations[(start + size)..]];
        }
    }

    /// <summary>Runs the step, and returns everything that a caller observes as a string.</summary>
    /// <param name="store">The store.</param>
    /// <param name="hand">The users as the caller last saw them, by id.</param>
    public async Task<string> RunAsync(IUserStore<AppUser> store, Dictionary<string, AppUser> hand)
    {
        try
        {
            return await ActAsync(store, hand);
        }
        catch (Exception refusal) when (refusal is UserStoreException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            return Describe(refusal);
        }
    }

    public static string Describe(AppUser? user) => user is null ? "none" : string.Join(", ", typeof(AppUser).GetProperties()
        .Select(property => $"{property.Name}={Text(property.GetValue(user))}"));

    private string Id => $"fake-{User}";

    // One of the numbers stands for no email; spellings vary.
    private string? Address => Email == Emails ? null : Choice % 2 == 0 ? $"fake.{Email}@example.test" : $" FAKE.{Email}@Example.test";

    private static string Text(object? value) => value switch
    {
        null => "null",
        string text => text,
        DateTimeOffset instant => instant.ToString("O", CultureInfo.InvariantCulture),
        IDictionary map => $"{{{string.Join(";", map.Keys.Cast<object>().Select(key => $"{key}:{map[key]}").Order(StringComparer.Ordinal))}}}",
        IEnumerable items => $"[{string.Join(";", items.Cast<object>().Select(Text))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Describe(Exception refusal) => string.Join(", ", refusal.GetType().GetProperties()
        .Where(property => property.DeclaringType == refusal.GetType())
        .Select(property => $"{property.Name}={Text(property.GetValue(refusal))}")
        .Prepend(refusal.GetType().Name));

    private static async Task<string> DescribeAsync(IAsyncEnumerable<AppUser> users)
    {
        var lines = new List<string>();
        await foreach (AppUser user in users)
            lines.Add(Describe(user));
        return string.Join('\n', lines.Order(StringComparer.Ordinal)); // the order of equal sort keys is not guaranteed
    }

    private async Task<string> ActAsync(IUserStore<AppUser> store, Dictionary<string, AppUser> hand)
    {
        switch (Kind)
        {
            case "create":
                return Keep(await store.CreateAsync(NewUser()));
            case "create expiring":
                AppUser user = NewUser();
                return Keep(await store.CreateAsync(user with { ExpiresAt = ClockStart.AddSeconds(Choice + Number + 5) }));
            case "read":
                return Keep(await store.FindAsync(Id, ReadConsistency.Strong));
            case "replace":
                return Keep(await store.UpdateAsync(
                    InHand() with { Name = $"Fake {Number}", Tags = [.. Enumerable.Range(0, Choice).Select(i => $"{i}")], Score = Number }));
            case "replace email":
                return Keep(await store.UpdateAsync(InHand() with { Email = Address, Age = Choice == 0 ? null : Number }));
            case "patch":
                return Keep(await store.UpdateAsync(Id, Patch()));
            case "patch email":
                return Keep(await store.UpdateAsync(Id, Patch().Set(u => u.Email, Address)));
            case "patch conditionally":
                UserPatch<AppUser> patch = Patch().OnlyIf(u => u.Age >= Number || u.Name == "Fake 1");
                if (Choice < 2)
                    patch.Set(u => u.Email, Address);
                if (Choice is 1 or 3)
                    patch.ExpectVersion(Number);
                return Keep(await store.UpdateAsync(Id, patch));
            case "delete":
                return Describe(await store.DeleteAsync(Id));
            case "delete version":
                return Describe(await store.DeleteAsync(Id, Math.Max(1, Number)));
            case "delete revision":
                await store.DeleteUnchangedAsync(InHand());
                return "deleted";
            case "find by email":
                return Describe(await store.FindByEmailAsync(
                    Address ?? "nobody@example.test", Choice < 3 ? ReadConsistency.Strong : ReadConsistency.Eventual));
            case "query status":
                return await DescribeAsync(store.QueryByStatusAsync(Choice < 3 ? UserStatus.Active : "other"));
            case "query email":
                return await DescribeAsync(store.QueryByEmailAsync(Address ?? "nobody@example.test"));
            case "page":
                return await DescribeAsync(store.QueryAsync(
                    new UserQuery<AppUser>("city-index", "Faketown") { PageSize = Choice + 1, Filter = u => u.Score > Number }));
            case "list":
                return await DescribeAsync(store.ListAsync(new UserListOptions { PageSize = Choice + 1 }));
            case "bad input":
                return Keep(await store.UpdateAsync(Id, Choice switch
                {
                    0 => Patch().Set(u => u.Email, "nobody"),
                    1 => Patch().Set(u => u.Status, ""),
                    2 => new UserPatch<AppUser>().Increment(u => u.Age, int.MaxValue).Set(u => u.Email, Address),
                    3 => new UserPatch<AppUser>().Increment(u => u.Age, int.MaxValue),
                    _ => Patch().Set(u => u.Name, new string('x', 400 * 1024)),
                }));
            case "numbers":
                return Keep(await store.UpdateAsync(Id, NumericPatch()));
            case "number filter":
                return await DescribeAsync(store.QueryAsync(new UserQuery<AppUser>("city-index", "Faketown") { Filter = NumericCondition() }));
            case "number condition":
                return Keep(await store.UpdateAsync(Id, NumericPatch().OnlyIf(NumericCondition())));
            case "values":
                return Keep(await store.UpdateAsync(InHand() with
                {
                    LastSeen = ClockStart.ToOffset(TimeSpan.FromHours(Number)),
                    Labels = new() { [Choice == 0 ? "" : "k"] = $"{Number}" },
                    Ratio = Fraction,
                    Score = Decimal,
                    Address = Choice < 3 ? new Address { Zip = $"{Number}" } : null,
                    Badges = Choice == 1 ? [] : [Number],
                }));
            case "overflow":
                await store.UpdateAsync(
                    Id, new UserPatch<AppUser>().Set(user => user.Score, decimal.MaxValue - Choice).Set(user => user.Logins, long.MinValue));
                UserPatch<AppUser> overflow = Choice % 2 == 0
                    ? new UserPatch<AppUser>().Increment(user => user.Score, 1e28m)
                    : new UserPatch<AppUser>().Increment(user => user.Logins, -1L);
                if (Number > 2)
                    overflow.Set(user => user.Email, Address);
                return Keep(await store.UpdateAsync(Id, overflow));
            default:
                throw new InvalidOperationException($"There is no step called '{Kind}'.");
        }

        string Keep(AppUser? user)
        {
            if (user is not null)
                hand[user.UserId] = user;
            return Describe(user);
        }

        AppUser InHand() => hand.GetValueOrDefault(Id) ?? new AppUser { UserId = Id, City = null, CreatedAt = ClockStart };
    }

    private static DateTimeOffset ClockStart { get; } = new Testing.FakeClock().GetUtcNow();

    private AppUser NewUser() => new()
    {
        UserId = Id,
        City = Number > 0 ? "Faketown" : null,
        Email = Address,
        Name = Choice == 0 ? null : $"Fake {Choice}",
        Status = Choice < 4 ? UserStatus.Active : "other",
        Age = Number < 0 ? null : Number,
        Tags = [.. Enumerable.Range(0, Choice).Select(i => $"{i}")],
    };

    private double Fraction => Fractions[Number + 3];

    private decimal Decimal => Decimals[Number + 3];

    private UserPatch<AppUser> NumericPatch() => Choice switch
    {
        0 => new UserPatch<AppUser>().Increment(user => user.Ratio, Fraction),
        1 => new UserPatch<AppUser>().Increment(user => user.Ratio, Fraction).Increment(user => user.Score, Decimal),
        2 => new UserPatch<AppUser>().Increment(user => user.Logins, Number).Set(user => user.Grade, (char)('A' + Choice)),
        3 => new UserPatch<AppUser>().Set(user => user.Ratio, Fraction),
        4 => new UserPatch<AppUser>().Set(user => user.LastSeen, ClockStart.ToOffset(TimeSpan.FromHours(Number))),
        _ => new UserPatch<AppUser>().Set(user => user.Labels, new() { [Number > 0 ? "k" : ""] = "v" }),
    };

    private Expression<Func<AppUser, bool>> NumericCondition()
    {
        (double fraction, decimal value, int number) = (Fraction, Decimal, Number);
        return Choice switch
        {
            0 => user => user.Ratio == fraction,
            1 => user => user.Ratio < fraction || user.Score >= value,
            2 => user => user.Logins > fraction,
            3 => user => (double)user.Age! <= fraction && user.Grade != 'C',
            4 => user => (int)user.Score! == number,
            _ => user => new[] { value, 0.3m }.Contains(user.Score!.Value),
        };
    }

    private UserPatch<AppUser> Patch()
    {
        var patch = new UserPatch<AppUser>();
        switch (Choice)
        {
            case 0:
                patch.Increment(user => user.Age, Number);
                break;
            case 1:
                patch.Append(user => user.Tags, $"{Number}");
                break;
            case 2:
                patch.Remove(user => user.Name).Increment(user => user.Score, Number);
                break;
            case 3:
                patch.Set(user => user.ExpiresAt, Number < 0 ? null : ClockStart.AddSeconds(5 * Number));
                break;
            case 4:
                patch.Set(user => user.Status, Number > 0 ? "other" : UserStatus.Active);
                break;
            default:
                patch.Set(user => user.City, Number > 0 ? "Faketown" : null).Increment(user => user.Age, 1).Append(user => user.Tags, "a", "b");
                break;
        }

        return patch;
    }
}
