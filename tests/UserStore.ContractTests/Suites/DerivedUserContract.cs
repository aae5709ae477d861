using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

/// <summary>A derived user type with additional fields and indexes has the same guarantees.</summary>
public abstract class DerivedUserContract(StoreFactory stores) : Contract(stores)
{
    private static AppUser Full => FakeUsers.Create<AppUser>(1) with
    {
        City = "Faketown",
        Score = 12.345m,
        Plan = Plan.Team,
        Logins = long.MaxValue,
        Ratio = 0.1,
        Verified = true,
        LastSeen = new DateTimeOffset(2029, 12, 31, 23, 59, 59, TimeSpan.FromHours(1)).AddTicks(1),
        Roles = ["admin", "ops", "admin"],
        Address = new Address { Street = "1 Fake Street", Lines = ["a", "b"] },
        Labels = new() { ["k"] = "v", ["l"] = "w" },
        BigNumber = "12345678901234567890123456789012345678",
        Nickname = "faker",
    };

    [Fact]
    public async Task Derived_fields_are_stored_and_read()
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();

        AppUser created = await store.CreateAsync(Full with { Scratch = "not stored" });

        AppUser found = await store.GetAsync("fake-1", ReadConsistency.Strong);
        found.Should().BeEquivalentTo(
            Full, options => options.Excluding(user => user.CreatedAt).Excluding(user => user.UpdatedAt).Excluding(user => user.Version));
        found.Should().BeEquivalentTo(created, options => options.Excluding(user => user.Scratch));
    }

    [Fact]
    public async Task Derived_fields_are_replaced_and_patched()
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();
        AppUser created = await store.CreateAsync(Full with { Logins = 1 });

        AppUser replaced = await store.UpdateAsync(created with { City = "Otherville", Roles = ["x"], Address = null, Labels = null });
        AppUser patched = await store.UpdateAsync("fake-1", new UserPatch<AppUser>()
            .Set(user => user.City, "Thirdham")
            .Set(user => user.Plan, Plan.Enterprise)
            .Set(user => user.Address, new Address { Zip = "00000" })
            .Set(user => user.Labels, new Dictionary<string, string> { ["k2"] = "v2" })
            .Set(user => user.Verified, false)
            .Increment(user => user.Logins, 41L)
            .Increment(user => user.Score, 0.655m)
            .Increment(user => user.Ratio, 0.5)
            .Append(user => user.Roles!, "y", "z")
            .Remove(user => user.LastSeen));

        (replaced.City, replaced.Address, replaced.Labels).Should().Be(("Otherville", null, null));
        (
            patched.City,
            patched.Plan,
            patched.Verified,
            patched.Logins,
            patched.Score,
            patched.LastSeen).Should().Be(("Thirdham", Plan.Enterprise, false, 42, 13m, null));
        patched.Ratio.Should().BeApproximately(0.6, 1e-9);
        patched.Roles.Should().Equal("x", "y", "z");
        patched.Address.Should().BeEquivalentTo(new Address { Zip = "00000" });
        patched.Labels.Should().BeEquivalentTo(new Dictionary<string, string> { ["k2"] = "v2" });
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeEquivalentTo(patched);
    }

    [Fact]
    public async Task Derived_indexes_can_be_queried()
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();
        decimal?[] scores = [10m, 9m, -1.5m, 100m, 0m, null];
        for (int i = 0; i < scores.Length; i++)
        {
            await store.CreateAsync(
                FakeUsers.Create<AppUser>(i) with { City = i < 5 ? "Faketown" : null, Score = scores[i], Plan = (Plan)(i % 3) });
        }

        (await ScoresAsync(new("city-score-index", "Faketown"))).Should().Equal(-1.5m, 0m, 9m, 10m, 100m);
        (await ScoresAsync(new("city-score-index", "Faketown") { Direction = QueryDirection.Descending, Limit = 2 })).Should().Equal(100m, 10m);
        (await ScoresAsync(new("city-score-index", "Faketown") { SortKey = SortKeyCondition.Between(0m, 10m) })).Should().Equal(0m, 9m, 10m);
        (await ScoresAsync(new("city-score-index", "Faketown") { PageSize = 2, SortKey = SortKeyCondition.GreaterThan(-1.5m) }))
            .Should().Equal(0m, 9m, 10m, 100m);
        (await ScoresAsync(new("city-index", "Faketown"))).Should().HaveCount(5);
        (await ScoresAsync(new("plan-index", Plan.Team))).Should().BeEquivalentTo(new[] { 9m, 0m });

        async Task<IEnumerable<decimal?>> ScoresAsync(UserQuery<AppUser> query) => (
            await store.QueryAsync(query).ReadAllAsync()).Select(user => user.Score);
    }

    [Fact]
    public async Task A_user_without_the_keys_of_an_index_is_not_in_it()
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();
        await store.CreateAsync(FakeUsers.Create<AppUser>(1) with { City = "Faketown" });

        (await store.QueryAsync(new UserQuery<AppUser>("city-index", "Faketown")).ReadAllAsync()).Should().ContainSingle();
        (await store.QueryAsync(new UserQuery<AppUser>("city-score-index", "Faketown")).ReadAllAsync()).Should().BeEmpty();
        await store.UpdateAsync("fake-1", new UserPatch<AppUser>().Remove(user => user.City));
        (await store.QueryAsync(new UserQuery<AppUser>("city-index", "Faketown")).ReadAllAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Returned_users_are_independent_copies()
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();
        AppUser given = Full;

        AppUser created = await store.CreateAsync(given);
        given.Roles!.Add("added to the given one");
        given.Address!.Lines.Add("added to the given one");
        created.Roles!.Add("added to the created one");
        created.Address!.Street = "changed in the created one";
        created.Labels!["k"] = "changed in the created one";
        AppUser found = await store.GetAsync("fake-1", ReadConsistency.Strong);
        found.Roles!.Clear();
        found.Nickname = "changed in the found one";
        AppUser updated = await store.UpdateAsync((await store.GetAsync("fake-1", ReadConsistency.Strong)) with { Age = 1 });
        updated.Roles!.Clear();

        AppUser last = await store.GetAsync("fake-1", ReadConsistency.Strong);
        last.Roles.Should().Equal("admin", "ops", "admin");
        last.Address.Should().BeEquivalentTo(Full.Address);
        last.Labels.Should().BeEquivalentTo(Full.Labels);
        last.Nickname.Should().Be("faker");
    }

    [Fact]
    public async Task Values_passed_to_a_patch_can_be_changed_afterwards_without_effect()
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();
        await store.CreateAsync(Full);
        List<string> roles = ["given"];

        AppUser patched = await store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Roles, roles));
        roles.Add("later");
        patched.Roles!.Add("later");

        (await store.GetAsync("fake-1", ReadConsistency.Strong)).Roles.Should().Equal("given");
    }

    [Fact]
    public async Task Removed_values_read_as_the_defaults_of_the_type()
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();
        await store.CreateAsync(Full);

        AppUser patched = await store.UpdateAsync("fake-1", new UserPatch<AppUser>()
            .Remove(user => user.Logins).Remove(user => user.Verified).Remove(user => user.Roles).Remove(user => user.Score));

        (patched.Logins, patched.Verified, patched.Roles, patched.Score).Should().Be((0L, false, null, null));
        Func<Task> unmet = () => store.UpdateAsync(
            "fake-1", new UserPatch<AppUser>().Set(user => user.Name, "x").OnlyIf(user => user.Logins == 0));
        await unmet.Should().ThrowAsync<UserConditionFailedException>("an absent number equals no number");
    }

    [Fact]
    public async Task Conflicts_are_detected_for_derived_users()
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();
        AppUser created = await store.CreateAsync(Full);
        await store.UpdateAsync(created with { City = "Otherville" });

        Func<Task> late = () => store.UpdateAsync(created with { City = "Late" });

        (await late.Should().ThrowAsync<UserConflictException>()).Which.ActualVersion.Should().Be(2);
        (await store.DeleteAsync("fake-1"))!.City.Should().Be("Otherville");
    }
}
