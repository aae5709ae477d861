using System.Linq.Expressions;

namespace UserStore.ContractTests.Suites;

/// <summary>Every form of condition, as a filter and as a condition of a patch: both must select the same users.</summary>
public abstract class ConditionContract(StoreFactory stores) : Contract(stores)
{
    private static readonly string[] Names = ["Fake A", "Fake B"];
    private static readonly List<Plan?> Plans = [Plan.Team, Plan.Enterprise];

    private static readonly Dictionary<string, Expression<Func<AppUser, bool>>> Conditions = new()
    {
        ["equal text"] = user => user.Name == "Fake A",
        ["unequal text, absent counts"] = user => user.Name != "Fake A",
        ["value first"] = user => 30 <= user.Age,
        ["less, absent does not count"] = user => user.Age < 30,
        ["greater"] = user => user.Age > 20,
        ["range"] = user => user.Age >= 20 && user.Age <= 30,
        ["null"] = user => user.Age == null,
        ["not null"] = user => user.Age != null,
        ["has value"] = user => user.Age.HasValue && user.Age.Value == 20,
        ["or, not"] = user => !(user.Name == "Fake A" || user.Age == 30),
        ["starts with"] = user => user.Name!.StartsWith("Fake", StringComparison.Ordinal),
        ["contains text"] = user => user.Name!.Contains('B'),
        ["contains item"] = user => user.Tags.Contains("x"),
        ["list of mutable type"] = user => user.Roles!.Contains("admin"),
        ["contains in set"] = user => user.Badges!.Contains(7),
        ["in array"] = user => Names.Contains(user.Name),
        ["in list of enums"] = user => Plans.Contains(user.Plan),
        ["enum"] = user => user.Plan == Plan.Team,
        ["enum order"] = user => user.Plan >= Plan.Team,
        ["flag"] = user => user.Verified,
        ["no flag"] = user => !user.Verified,
        ["flag compared"] = user => user.Verified == true,
        ["fraction and integer"] = user => user.Age < 20.5,
        ["integer and decimal"] = user => user.Score > 1,
        ["character"] = user => user.Grade == 'B',
        ["long"] = user => user.Logins > 5,
        ["decimal"] = user => user.Score == 1.50m,
        ["double"] = user => user.Ratio > 0.1,
        ["instant"] = user => user.LastSeen >= new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero),
        ["no counterpart"] = user => user.Nickname == "x" || user.Nickname!.EndsWith('x'),
        ["always false"] = user => user.Name == "Fake A" && user.Name == "Fake B",
    };

    private static readonly Dictionary<string, string> Expected = new()
    {
        ["equal text"] = "a",
        ["unequal text, absent counts"] = "bcd",
        ["value first"] = "b",
        ["less, absent does not count"] = "a",
        ["greater"] = "b",
        ["range"] = "ab",
        ["null"] = "cd",
        ["not null"] = "ab",
        ["has value"] = "a",
        ["or, not"] = "cd",
        ["starts with"] = "ab",
        ["contains text"] = "b",
        ["contains item"] = "bc",
        ["list of mutable type"] = "a",
        ["contains in set"] = "b",
        ["in array"] = "ab",
        ["in list of enums"] = "bc",
        ["enum"] = "b",
        ["enum order"] = "bc",
        ["flag"] = "b",
        ["no flag"] = "acd",
        ["flag compared"] = "b",
        ["fraction and integer"] = "a",
        ["integer and decimal"] = "a",
        ["character"] = "b",
        ["long"] = "b",
        ["decimal"] = "a",
        ["double"] = "c",
        ["instant"] = "b",
        ["always false"] = "",
    };

    public static TheoryData<string> Cases => [.. Expected.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Filters_and_conditions_select_the_same_users(string name)
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();
        await StoreUsersAsync(store);

        var filtered = await store.QueryAsync(new UserQuery<AppUser>("city-index", "Faketown") { Filter = Conditions[name] }).ReadAllAsync();

        string.Concat(filtered.Select(user => user.UserId).Order()).Should().Be(Expected[name]);
        foreach (string id in new[] { "a", "b", "c", "d" })
        {
            Func<Task> update = () => store.UpdateAsync(
                id, new UserPatch<AppUser>().Set(user => user.Nickname, "met").OnlyIf(Conditions[name]));
            if (Expected[name].Contains(id))
                await update.Should().NotThrowAsync();
            else
                await update.Should().ThrowAsync<UserConditionFailedException>();
        }
    }

    [Fact]
    public async Task A_condition_that_DynamoDB_cannot_evaluate_is_rejected_without_exposing_values()
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();

        Action query = () => store.QueryAsync(new UserQuery<AppUser>("city-index", "Faketown") { Filter = Conditions["no counterpart"] });
        Func<Task> own = () => store.UpdateAsync("a", Patch().OnlyIf(user => user.Name!.Trim() == "secret"));
        Func<Task> two = () => store.UpdateAsync("a", Patch().OnlyIf(user => user.Name == user.Email));

        query.Should().Throw<NotSupportedException>();
        (await own.Should().ThrowAsync<NotSupportedException>()).Which.Message.Should().NotContain("secret");
        await two.Should().ThrowAsync<NotSupportedException>();
    }

    [Fact]
    public async Task A_condition_on_a_property_that_is_not_stored_is_rejected_by_name()
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();

        Func<Task> ignored = () => store.UpdateAsync("a", Patch().OnlyIf(user => user.Scratch == "secret"));
        Func<Task> structure = () => store.UpdateAsync("a", Patch().OnlyIf(user => user.Address == new Address()));

        (await ignored.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be("Scratch");
        (await structure.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be("Address");
    }

    [Fact]
    public async Task A_patch_reads_the_variables_of_its_condition_each_time_it_is_applied()
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();
        await store.CreateAsync(new AppUser { UserId = "a", City = "Faketown", Name = "Fake A" });
        string expected = "Fake A";
        UserPatch<AppUser> patch = Patch().OnlyIf(user => user.Name == expected);

        await store.UpdateAsync("a", patch);
        expected = "Fake B";
        Func<Task> again = () => store.UpdateAsync("a", patch);

        await again.Should().ThrowAsync<UserConditionFailedException>();
    }

    private static UserPatch<AppUser> Patch() => new UserPatch<AppUser>().Set(user => user.Nickname, "patched");

    private static async Task StoreUsersAsync(IUserStore<AppUser> store)
    {
        AppUser[] users =
        [
            new() { UserId = "a", City = "Faketown", Name = "Fake A", Age = 20, Score = 1.5m, Roles = ["admin", "ops"], Plan = Plan.Free },
            new()
            {
                UserId = "b", City = "Faketown", Name = "Fake B", Age = 30, Tags = ["x", "y"], Plan = Plan.Team,
                Verified = true, Logins = 9, Grade = 'B', Badges = [5, 7],
                LastSeen = new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.FromHours(3)),
            },
            new() { UserId = "c", City = "Faketown", Tags = ["x"], Plan = Plan.Enterprise, Ratio = 0.25, Roles = [] },
            new() { UserId = "d", City = "Faketown" },
            new() { UserId = "elsewhere", City = "Otherville", Name = "Fake A", Age = 20 },
        ];
        foreach (AppUser user in users)
            await store.CreateAsync(user);
    }
}
