using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

/// <summary>What breaks a rule is refused by field and rule, without its value, and nothing is stored.</summary>
public abstract class BadInputContract(StoreFactory stores) : Contract(stores)
{
    private const string LoneSurrogate = "secret\uD800";

    private IUserStore<AppUser> _store = null!;
    private AppUser _stored = null!;

    public static TheoryData<string> BadIds => [" ", "\t\r\n", "\u00A0", new string('s', 2049), new string('é', 1025)];

    public static TheoryData<string> BadEmails =>
    [
        "", " ", "secret", "@secret.test", "secret@", "sec ret@secret.test", "secret\u0007@secret.test", new string('s', 2048) + "@x",
    ];

    public override async Task InitializeAsync()
    {
        _store = await CreateStoreAsync<AppUser>();
        _stored = await _store.CreateAsync(FakeUsers.Create<AppUser>(1) with { City = "Faketown", Roles = ["a"] });
    }

    public override async Task DisposeAsync()
    {
        (await _store.ListAsync().ReadAllAsync()).Should().ContainSingle("nothing may be half stored").Which.Version.Should().Be(_stored.Version);
        await base.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(BadIds))]
    public async Task Ids_that_cannot_be_keys_are_refused(string id)
    {
        await RefusedAsync("UserId", id, () => _store.CreateAsync(new AppUser { UserId = id, City = null }));
        await RefusedAsync("UserId", id, () => _store.FindAsync(id));
        await RefusedAsync("UserId", id, () => _store.GetAsync(id));
        await RefusedAsync("UserId", id, () => _store.UpdateAsync(_stored with { UserId = id }));
        await RefusedAsync("UserId", id, () => _store.UpdateAsync(id, new UserPatch<AppUser>().Set(user => user.Name, "x")));
        await RefusedAsync("UserId", id, () => _store.DeleteAsync(id));
    }

    [Fact]
    public async Task An_empty_id_is_refused_everywhere_but_on_creation()
    {
        await RefusedAsync("UserId", "", () => _store.FindAsync(""));
        await RefusedAsync("UserId", "", () => _store.UpdateAsync(_stored with { UserId = "" }));
        await RefusedAsync("UserId", "", () => _store.DeleteAsync(""));
    }

    [Theory]
    [MemberData(nameof(BadEmails))]
    public async Task Emails_that_are_no_addresses_are_refused(string email)
    {
        await RefusedAsync("Email", email, () => _store.CreateAsync(new AppUser { Email = email, City = null }));
        await RefusedAsync("Email", email, () => _store.UpdateAsync(_stored with { Email = email }));
        await RefusedAsync("Email", email, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Email, email)));
        await RefusedAsync("Email", email, () => _store.FindByEmailAsync(email));
        await RefusedAsync("Email", email, () => _store.QueryByEmailAsync(email).ReadAllAsync());
    }

    [Fact]
    public async Task Statuses_that_cannot_be_keys_are_refused()
    {
        foreach (string status in new[] { "", " ", new string('s', 2049) })
        {
            await RefusedAsync("Status", status, () => _store.CreateAsync(new AppUser { Status = status, City = null }));
            await RefusedAsync("Status", status, () => _store.UpdateAsync(_stored with { Status = status }));
            await RefusedAsync(
                "Status", status, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Status, status)));
            await RefusedAsync("Status", status, () => _store.QueryByStatusAsync(status).ReadAllAsync());
        }

        await RefusedAsync("Status", null, () => _store.CreateAsync(new AppUser { Status = null!, City = null }));
        await RefusedAsync("Status", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Status, null!)));
        await RefusedAsync("Status", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Remove(user => user.Status)));
    }

    [Fact]
    public async Task Keys_of_a_derived_types_indexes_are_checked()
    {
        await RefusedAsync("City", "", () => _store.CreateAsync(new AppUser { City = "" }));
        await RefusedAsync(
            "City", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.City, new string('s', 2049))));
        await RefusedAsync("City", null, () => _store.QueryAsync(new UserQuery<AppUser>("city-index", "")).ReadAllAsync());
    }

    [Fact]
    public async Task All_broken_rules_are_told_at_once()
    {
        Func<Task> create = () => _store.CreateAsync(
            new AppUser { UserId = " ", Email = "secret", Status = "", City = "", Tags = ["a", null!] });

        InvalidUserException refused = (await create.Should().ThrowAsync<InvalidUserException>()).Which;
        refused.Violations.Select(violation => violation.Field).Should().BeEquivalentTo("UserId", "Email", "Status", "City", "Tags");
        refused.Message.Should().NotContain("secret").And.ContainAll("UserId must", "Email must", "Status must", "City must", "Tags must");
        refused.IsTransient.Should().BeFalse();
    }

    [Fact]
    public async Task Users_over_400_KB_are_refused()
    {
        string big = new('s', 400 * 1024);

        await RefusedAsync("Item", null, () => _store.CreateAsync(new AppUser { Name = big, City = null }));
        await RefusedAsync(
            "Item", null, () => _store.CreateAsync(new AppUser { Tags = [.. Enumerable.Repeat("0123456789", 40_000)], City = null }));
        await RefusedAsync("Item", null, () => _store.CreateAsync(new AppUser { City = null, Address = new Address { Street = big } }));
        await RefusedAsync("Item", null, () => _store.UpdateAsync(_stored with { Name = big }));
        await RefusedAsync("Item", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Name, big)));
    }

    [Fact]
    public async Task A_patch_that_makes_a_user_too_large_is_refused_by_the_server_with_the_same_error()
    {
        string half = new('s', 250 * 1024);
        _stored = await _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Name, half));

        await RefusedAsync("Item", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Nickname, half)));
        await RefusedAsync("Item", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Append(user => user.Tags, half)));
        (await _store.GetAsync("fake-1", ReadConsistency.Strong)).Should().BeEquivalentTo(_stored);
    }

    [Fact]
    public async Task A_user_just_under_400_KB_is_stored()
    {
        await _store.CreateAsync(new AppUser { UserId = "fake-big", City = null, Name = new string('s', (400 * 1024) - 400) });

        (await _store.DeleteAsync("fake-big"))!.Name.Should().HaveLength((400 * 1024) - 400);
    }

    [Fact]
    public async Task Numbers_that_DynamoDB_does_not_hold_are_refused()
    {
        foreach (string digits in new[] { new string('9', 39), "1." + new string('1', 38), "1E126", "1E-131", "NaN", "" })
        {
            await RefusedAsync("BigNumber", null, () => _store.CreateAsync(new AppUser { City = null, BigNumber = digits }));
            await RefusedAsync("BigNumber", null, () => _store.UpdateAsync(_stored with { BigNumber = digits }));
            await RefusedAsync(
                "BigNumber", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.BigNumber, digits)));
        }

        await RefusedAsync("Ratio", null, () => _store.CreateAsync(new AppUser { City = null, Ratio = double.NaN }));
        await RefusedAsync("Ratio", null, () => _store.UpdateAsync(_stored with { Ratio = double.MaxValue }));
    }

    [Fact]
    public async Task Text_that_is_not_Unicode_is_refused()
    {
        await RefusedAsync("UserId", LoneSurrogate, () => _store.CreateAsync(new AppUser { City = null, UserId = LoneSurrogate }));
        await RefusedAsync("UserId", LoneSurrogate, () => _store.FindAsync(LoneSurrogate));
        await RefusedAsync(
            "Email", LoneSurrogate, () => _store.CreateAsync(new AppUser { City = null, Email = LoneSurrogate + "@x.test" }));
        await RefusedAsync("Name", LoneSurrogate, () => _store.CreateAsync(new AppUser { City = null, Name = LoneSurrogate }));
        await RefusedAsync("Name", LoneSurrogate, () => _store.UpdateAsync(_stored with { Name = LoneSurrogate }));
        await RefusedAsync(
            "Tags", LoneSurrogate, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Tags, [LoneSurrogate])));
        await RefusedAsync(
            "Tags", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Append(user => user.Tags, "a", null!)));
    }

    [Fact]
    public async Task Patches_refuse_what_cannot_be_changed_by_name()
    {
        await RefusedAsync("UserId", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.UserId, "secret")));
        await RefusedAsync("UserId", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Remove(user => user.UserId)));
        await RefusedAsync("Version", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Increment(user => user.Version, 1)));
        await RefusedAsync("UpdatedAt", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.UpdatedAt, Now)));
        await RefusedAsync("Scratch", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Scratch, "secret")));
        await RefusedAsync("Name.Length", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Name!.Length, 1)));
        await RefusedAsync("Address.Zip", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Address!.Zip, "secret")));
        await RefusedAsync("Expression", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Name + "secret", "secret")));
        await RefusedAsync("Name", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Append(user => user.Name!, 's')));
        await RefusedAsync("Badges", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Append(user => user.Badges!, 1)));
        await RefusedAsync("Labels", "secret",
            () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Append(user => user.Labels!, new KeyValuePair<string, string>("k", "v"))));
        await RefusedAsync("Plan", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Increment(user => (int)user.Plan!.Value, 1)));
        await RefusedAsync("Name", "secret",
            () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Name, "a").Set(user => user.Name, "secret")));
    }

    [Fact]
    public async Task Queries_refuse_what_does_not_fit_the_model()
    {
        await RefusedAsync(
            "City",
            null,
            () =>
                _store.QueryAsync(new UserQuery<AppUser>("city-index", "x") { Filter = user => user.Age > 1 && user.City != "secret" }).ReadAllAsync());
        await RefusedAsync(
            "CreatedAt",
            null,
            () => _store.QueryAsync(new UserQuery<AppUser>("status-index", "x") { Filter = user => !(user.CreatedAt > Now) }).ReadAllAsync());
        await RefusedAsync("IndexName", null, () => _store.QueryAsync(new UserQuery<AppUser>("secret-index", "x")).ReadAllAsync());
        await RefusedAsync("City", null, () => _store.QueryAsync(new UserQuery<AppUser>("city-index", 7)).ReadAllAsync());
        await RefusedAsync(
            "SortKey",
            null,
            () => _store.QueryAsync(new UserQuery<AppUser>("city-index", "x") { SortKey = SortKeyCondition.EqualTo("secret") }).ReadAllAsync());
        await RefusedAsync(
            "Score",
            null,
            () =>
                _store.QueryAsync(new UserQuery<AppUser>("city-score-index", "x") { SortKey = SortKeyCondition.AtLeast("secret") }).ReadAllAsync());
        await RefusedAsync(
            "Score",
            null,
            () =>
                _store.QueryAsync(new UserQuery<AppUser>("city-score-index", "x") { SortKey = SortKeyCondition.Between(2m, 1m) }).ReadAllAsync());
        await RefusedAsync(
            "Scratch",
            null,
            () => _store.QueryAsync(new UserQuery<AppUser>("city-index", "x") { Filter = user => user.Scratch == "secret" }).ReadAllAsync());
        await RefusedAsync(
            "Plan",
            null,
            () =>
                _store.QueryAsync(new UserQuery<AppUser>("city-index", "x") { Filter = user => new List<Plan?>().Contains(user.Plan) }).ReadAllAsync());
    }

    [Fact]
    public async Task Wrong_use_throws_argument_exceptions()
    {
        Func<Task>[] nulls =
        [
            () => _store.CreateAsync(null!),
            () => _store.FindAsync(null!),
            () => _store.GetAsync(null!),
            () => _store.FindByEmailAsync(null!),
            () => _store.UpdateAsync(null!),
            () => _store.UpdateAsync(null!, new UserPatch<AppUser>().Set(user => user.Name, "x")),
            () => _store.UpdateAsync("fake-1", null!),
            () => _store.DeleteAsync((string)null!),
            () => _store.DeleteAsync((AppUser)null!),
            () => _store.QueryAsync(null!).ReadAllAsync(),
            () => _store.QueryPageAsync(null!),
            () => _store.QueryByStatusAsync(null!).ReadAllAsync(),
            () => _store.QueryByEmailAsync(null!).ReadAllAsync(),
            () => _store.QueryAsync(new UserQuery<AppUser>("city-index", null!)).ReadAllAsync(),
            () => _store.QueryAsync(new UserQuery<AppUser>(null!, "x")).ReadAllAsync(),
        ];
        Func<Task>[] ranges =
        [
            () => _store.FindAsync("fake-1", (ReadConsistency)9),
            () => _store.QueryByStatusAsync("x", limit: 0).ReadAllAsync(),
            () => _store.QueryByStatusAsync("x", direction: (QueryDirection)9).ReadAllAsync(),
            () => _store.QueryPageAsync(new UserQuery<AppUser>("city-index", "x") { PageSize = 0 }),
            () => _store.QueryPageAsync(new UserQuery<AppUser>("city-index", "x") { Limit = -1 }),
            () => _store.ListPageAsync(new UserListOptions { PageSize = -1 }),
            () => _store.ListPageAsync(new UserListOptions { Consistency = (ReadConsistency)9 }),
        ];

        foreach (Func<Task> call in nulls)
            await call.Should().ThrowAsync<ArgumentNullException>();
        foreach (Func<Task> call in ranges)
            await call.Should().ThrowAsync<ArgumentOutOfRangeException>();
        Func<Task> empty = () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>());
        await empty.Should().ThrowAsync<ArgumentException>();
    }

    private static async Task RefusedAsync(string field, string? value, Func<Task> call)
    {
        InvalidUserException refused = (await call.Should().ThrowAsync<InvalidUserException>()).Which;
        refused.Violations.Select(violation => violation.Field).Should().Contain(field);
        refused.Message.Should().NotContain("secret");
        if (value is { Length: > 3 })
            refused.Message.Should().NotContain(value);
    }
}
