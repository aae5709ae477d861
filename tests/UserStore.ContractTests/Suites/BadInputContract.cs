using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

/// <summary>Invalid input is rejected by field and rule, without its value, and nothing is stored.</summary>
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
    public async Task Ids_that_cannot_be_keys_are_rejected(string id)
    {
        await ShouldBeRejectedAsync("UserId", id, () => _store.CreateAsync(new AppUser { UserId = id, City = null }));
        await ShouldBeRejectedAsync("UserId", id, () => _store.FindAsync(id));
        await ShouldBeRejectedAsync("UserId", id, () => _store.GetAsync(id));
        await ShouldBeRejectedAsync("UserId", id, () => _store.UpdateAsync(_stored with { UserId = id }));
        await ShouldBeRejectedAsync("UserId", id, () => _store.UpdateAsync(id, new UserPatch<AppUser>().Set(user => user.Name, "x")));
        await ShouldBeRejectedAsync("UserId", id, () => _store.DeleteAsync(id));
    }

    [Fact]
    public async Task An_empty_id_is_rejected_by_every_call_except_a_create()
    {
        await ShouldBeRejectedAsync("UserId", "", () => _store.FindAsync(""));
        await ShouldBeRejectedAsync("UserId", "", () => _store.UpdateAsync(_stored with { UserId = "" }));
        await ShouldBeRejectedAsync("UserId", "", () => _store.DeleteAsync(""));
    }

    [Theory]
    [MemberData(nameof(BadEmails))]
    public async Task Emails_that_are_not_addresses_are_rejected(string email)
    {
        await ShouldBeRejectedAsync("Email", email, () => _store.CreateAsync(new AppUser { Email = email, City = null }));
        await ShouldBeRejectedAsync("Email", email, () => _store.UpdateAsync(_stored with { Email = email }));
        await ShouldBeRejectedAsync("Email", email, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Email, email)));
        await ShouldBeRejectedAsync("Email", email, () => _store.FindByEmailAsync(email));
        await ShouldBeRejectedAsync("Email", email, () => _store.QueryByEmailAsync(email).ReadAllAsync());
    }

    [Fact]
    public async Task Statuses_that_cannot_be_keys_are_rejected()
    {
        foreach (string status in new[] { "", " ", new string('s', 2049) })
        {
            await ShouldBeRejectedAsync("Status", status, () => _store.CreateAsync(new AppUser { Status = status, City = null }));
            await ShouldBeRejectedAsync("Status", status, () => _store.UpdateAsync(_stored with { Status = status }));
            await ShouldBeRejectedAsync(
                "Status", status, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Status, status)));
            await ShouldBeRejectedAsync("Status", status, () => _store.QueryByStatusAsync(status).ReadAllAsync());
        }

        await ShouldBeRejectedAsync("Status", null, () => _store.CreateAsync(new AppUser { Status = null!, City = null }));
        await ShouldBeRejectedAsync("Status", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Status, null!)));
        await ShouldBeRejectedAsync("Status", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Remove(user => user.Status)));
    }

    [Fact]
    public async Task Index_keys_of_a_derived_type_are_validated()
    {
        await ShouldBeRejectedAsync("City", "", () => _store.CreateAsync(new AppUser { City = "" }));
        await ShouldBeRejectedAsync(
            "City", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.City, new string('s', 2049))));
        await ShouldBeRejectedAsync("City", null, () => _store.QueryAsync(new UserQuery<AppUser>("city-index", "")).ReadAllAsync());
    }

    [Fact]
    public async Task An_expiry_that_has_passed_is_rejected()
    {
        foreach (DateTimeOffset past in new[] { Now, Now.AddMilliseconds(999), Now.AddYears(-1), default })
        {
            await ShouldBeRejectedAsync("ExpiresAt", null, () => _store.CreateAsync(new AppUser { City = null, ExpiresAt = past }));
            await ShouldBeRejectedAsync("ExpiresAt", null, () => _store.UpdateAsync(_stored with { ExpiresAt = past }));
            await ShouldBeRejectedAsync(
                "ExpiresAt", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.ExpiresAt, past)));
        }
    }

    [Fact]
    public async Task All_violations_are_reported_together()
    {
        Func<Task> create = () => _store.CreateAsync(
            new AppUser { UserId = " ", Email = "secret", Status = "", City = "", Tags = ["a", null!] });

        InvalidUserException rejected = (await create.Should().ThrowAsync<InvalidUserException>()).Which;
        rejected.Violations.Select(violation => violation.Field).Should().BeEquivalentTo("UserId", "Email", "Status", "City", "Tags");
        rejected.Message.Should().NotContain("secret").And.ContainAll("UserId must", "Email must", "Status must", "City must", "Tags must");
        rejected.IsTransient.Should().BeFalse();
    }

    [Fact]
    public async Task Users_over_400_KB_are_rejected()
    {
        string big = new('s', 400 * 1024);

        await ShouldBeRejectedAsync("Item", null, () => _store.CreateAsync(new AppUser { Name = big, City = null }));
        await ShouldBeRejectedAsync(
            "Item", null, () => _store.CreateAsync(new AppUser { Tags = [.. Enumerable.Repeat("0123456789", 40_000)], City = null }));
        await ShouldBeRejectedAsync("Item", null, () => _store.CreateAsync(new AppUser { City = null, Address = new Address { Street = big } }));
        await ShouldBeRejectedAsync("Item", null, () => _store.UpdateAsync(_stored with { Name = big }));
        await ShouldBeRejectedAsync("Item", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Name, big)));
    }

    [Fact]
    public async Task A_patch_over_400_KB_that_changes_a_unique_value_is_rejected_whether_or_not_the_user_exists()
    {
        UserPatch<AppUser> patch = new UserPatch<AppUser>().Set(user => user.Email, "new@example.test").Set(user => user.Name, new string('s', 400 * 1024));

        await ShouldBeRejectedAsync("Item", null, () => _store.UpdateAsync("fake-1", patch));
        await ShouldBeRejectedAsync("Item", null, () => _store.UpdateAsync("fake-0", patch));
    }

    [Fact]
    public async Task A_patch_that_makes_a_user_too_large_is_rejected_by_the_server_with_the_same_error()
    {
        string half = new('s', 250 * 1024);
        _stored = await _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Name, half));

        await ShouldBeRejectedAsync("Item", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Nickname, half)));
        await ShouldBeRejectedAsync("Item", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Append(user => user.Tags, half)));
        (await _store.GetAsync("fake-1", ReadConsistency.Strong)).Should().BeEquivalentTo(_stored);
    }

    [Fact]
    public async Task A_user_just_under_400_KB_is_stored()
    {
        await _store.CreateAsync(new AppUser { UserId = "fake-big", City = null, Name = new string('s', (400 * 1024) - 400) });

        (await _store.DeleteAsync("fake-big"))!.Name.Should().HaveLength((400 * 1024) - 400);
    }

    [Fact]
    public async Task Numbers_that_DynamoDB_cannot_store_are_rejected()
    {
        foreach (string digits in new[] { new string('9', 39), "1." + new string('1', 38), "1E126", "1E-131", "NaN", "" })
        {
            await ShouldBeRejectedAsync("BigNumber", null, () => _store.CreateAsync(new AppUser { City = null, BigNumber = digits }));
            await ShouldBeRejectedAsync("BigNumber", null, () => _store.UpdateAsync(_stored with { BigNumber = digits }));
            await ShouldBeRejectedAsync(
                "BigNumber", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.BigNumber, digits)));
        }

        await ShouldBeRejectedAsync("Ratio", null, () => _store.CreateAsync(new AppUser { City = null, Ratio = double.NaN }));
        await ShouldBeRejectedAsync("Ratio", null, () => _store.UpdateAsync(_stored with { Ratio = double.MaxValue }));
    }

    [Fact]
    public async Task Strings_that_are_not_valid_Unicode_are_rejected()
    {
        await ShouldBeRejectedAsync("UserId", LoneSurrogate, () => _store.CreateAsync(new AppUser { City = null, UserId = LoneSurrogate }));
        await ShouldBeRejectedAsync("UserId", LoneSurrogate, () => _store.FindAsync(LoneSurrogate));
        await ShouldBeRejectedAsync(
            "Email", LoneSurrogate, () => _store.CreateAsync(new AppUser { City = null, Email = LoneSurrogate + "@x.test" }));
        await ShouldBeRejectedAsync("Name", LoneSurrogate, () => _store.CreateAsync(new AppUser { City = null, Name = LoneSurrogate }));
        await ShouldBeRejectedAsync("Name", LoneSurrogate, () => _store.UpdateAsync(_stored with { Name = LoneSurrogate }));
        await ShouldBeRejectedAsync(
            "Tags", LoneSurrogate, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Tags, [LoneSurrogate])));
        await ShouldBeRejectedAsync(
            "Tags", null, () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Append(user => user.Tags, "a", null!)));
    }

    [Fact]
    public async Task Patches_reject_fields_that_cannot_be_changed_and_name_them()
    {
        await ShouldBeRejectedAsync("UserId", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.UserId, "secret")));
        await ShouldBeRejectedAsync("UserId", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Remove(user => user.UserId)));
        await ShouldBeRejectedAsync("Version", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Increment(user => user.Version, 1)));
        await ShouldBeRejectedAsync("UpdatedAt", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.UpdatedAt, Now)));
        await ShouldBeRejectedAsync("Scratch", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Scratch, "secret")));
        await ShouldBeRejectedAsync("Name.Length", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Name!.Length, 1)));
        await ShouldBeRejectedAsync("Address.Zip", "secret",
            () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Address!.Zip, "secret")));
        await ShouldBeRejectedAsync("Expression", "secret",
            () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Name + "secret", "secret")));
        await ShouldBeRejectedAsync("Name", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Append(user => user.Name!, 's')));
        await ShouldBeRejectedAsync("Badges", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Append(user => user.Badges!, 1)));
        await ShouldBeRejectedAsync("Labels", "secret",
            () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Append(user => user.Labels!, new KeyValuePair<string, string>("k", "v"))));
        await ShouldBeRejectedAsync("Plan", "secret", () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Increment(user => (int)user.Plan!.Value, 1)));
        await ShouldBeRejectedAsync("Name", "secret",
            () => _store.UpdateAsync("fake-1", new UserPatch<AppUser>().Set(user => user.Name, "a").Set(user => user.Name, "secret")));
    }

    [Fact]
    public async Task Queries_reject_what_does_not_match_the_model()
    {
        await ShouldBeRejectedAsync(
            "City",
            null,
            () =>
                _store.QueryAsync(new UserQuery<AppUser>("city-index", "x") { Filter = user => user.Age > 1 && user.City != "secret" }).ReadAllAsync());
        await ShouldBeRejectedAsync(
            "CreatedAt",
            null,
            () => _store.QueryAsync(new UserQuery<AppUser>("status-index", "x") { Filter = user => !(user.CreatedAt > Now) }).ReadAllAsync());
        await ShouldBeRejectedAsync("IndexName", null, () => _store.QueryAsync(new UserQuery<AppUser>("secret-index", "x")).ReadAllAsync());
        await ShouldBeRejectedAsync("City", null, () => _store.QueryAsync(new UserQuery<AppUser>("city-index", 7)).ReadAllAsync());
        await ShouldBeRejectedAsync(
            "SortKey",
            null,
            () => _store.QueryAsync(new UserQuery<AppUser>("city-index", "x") { SortKey = SortKeyCondition.EqualTo("secret") }).ReadAllAsync());
        await ShouldBeRejectedAsync(
            "Score",
            null,
            () =>
                _store.QueryAsync(new UserQuery<AppUser>("city-score-index", "x") { SortKey = SortKeyCondition.AtLeast("secret") }).ReadAllAsync());
        await ShouldBeRejectedAsync(
            "Score",
            null,
            () =>
                _store.QueryAsync(new UserQuery<AppUser>("city-score-index", "x") { SortKey = SortKeyCondition.Between(2m, 1m) }).ReadAllAsync());
        await ShouldBeRejectedAsync(
            "Scratch",
            null,
            () => _store.QueryAsync(new UserQuery<AppUser>("city-index", "x") { Filter = user => user.Scratch == "secret" }).ReadAllAsync());
        await ShouldBeRejectedAsync(
            "Plan",
            null,
            () =>
                _store.QueryAsync(new UserQuery<AppUser>("city-index", "x") { Filter = user => new List<Plan?>().Contains(user.Plan) }).ReadAllAsync());
    }

    [Fact]
    public async Task Invalid_arguments_throw_argument_exceptions()
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
            () => _store.DeleteUnchangedAsync((AppUser)null!),
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

    private static async Task ShouldBeRejectedAsync(string field, string? value, Func<Task> call)
    {
        InvalidUserException rejected = (await call.Should().ThrowAsync<InvalidUserException>()).Which;
        rejected.Violations.Select(violation => violation.Field).Should().Contain(field);
        rejected.Message.Should().NotContain("secret");
        if (value is { Length: > 3 })
            rejected.Message.Should().NotContain(value);
    }
}
