using Amazon.DynamoDBv2.DataModel;

namespace UserStore.ContractTests.Suites;

/// <summary>A set of strings by each of which users are found, next to one whose strings are unique.</summary>
public abstract class IndexedSetContract(StoreFactory stores) : Contract(stores)
{
    private const int MaxValues = 96;

    private readonly StoreFactory _stores = stores;
    private IUserStore<Member> _store = null!;

    public override async Task InitializeAsync() => _store = await _stores.CreateAsync<Member>();

    [Fact]
    public async Task All_users_with_a_value_are_found()
    {
        await CreateAsync("1", "admin", "author");
        await CreateAsync("2", "author");
        await CreateAsync("3");

        (await FindAsync("admin")).Should().Equal("1");
        (await FindAsync("author")).Should().Equal("1", "2");
        (await FindAsync("auth")).Should().BeEmpty();
        (await _store.FindAllByAsync(user => user.Roles, "author").ReadAllAsync()).Should().BeEquivalentTo(
            [await StoredAsync("1"), await StoredAsync("2")]);
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task Saves_and_patches_add_and_remove_values()
    {
        Member user = await CreateAsync("1", "admin", "author");
        await CreateAsync("2", "author");

        user = await _store.UpdateAsync(user with { Roles = ["author", "editor"] });
        (await FindAsync("admin")).Should().BeEmpty();
        (await FindAsync("editor")).Should().Equal("1");

        await _store.UpdateAsync(await StoredAsync("1") with { Name = "Fake User" });
        (await FindAsync("author")).Should().Equal("1", "2");

        await _store.UpdateAsync("1", new UserPatch<Member>().Set(one => one.Roles, ["reader"]));
        (await FindAsync("reader")).Should().Equal("1");
        (await FindAsync("author")).Should().Equal("2");

        await _store.UpdateAsync("1", new UserPatch<Member>().Remove(one => one.Roles));
        (await FindAsync("reader")).Should().BeEmpty();
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task Users_are_found_by_a_single_string_as_well()
    {
        Member user = await _store.CreateAsync(new Member { Id = "1", City = "Faketown" });
        await _store.CreateAsync(new Member { Id = "2", City = "Faketown", Roles = ["Faketown"] });

        (await FindByCityAsync("Faketown")).Should().Equal("1", "2");
        await _store.UpdateAsync(user with { City = "Elsewhere" });
        (await FindByCityAsync("Faketown")).Should().Equal("2");
        await _store.UpdateAsync("2", new UserPatch<Member>().Remove(one => one.City));
        (await FindByCityAsync("Faketown")).Should().BeEmpty();
        (await FindByCityAsync("Elsewhere")).Should().Equal("1");
        await ShouldBeConsistentAsync();

        async Task<IEnumerable<string>> FindByCityAsync(string city)
            => (await _store.FindAllByAsync(one => one.City, city).ReadAllAsync()).Select(one => one.Id);
    }

    [Fact]
    public async Task Deleted_and_expired_users_are_not_found_and_their_values_are_released()
    {
        await CreateAsync("1", "admin");
        await _store.CreateAsync(new Member { Id = "2", Roles = ["admin"], ExpiresAt = Now.AddMinutes(1) });
        await CreateAsync("3", "admin");

        await _store.DeleteAsync("1");
        await _store.DeleteUnchangedAsync(await StoredAsync("3"));
        Clock.Advance(TimeSpan.FromMinutes(2));
        (await FindAsync("admin")).Should().BeEmpty();

        await CreateAsync("2", "author");
        (await FindAsync("admin")).Should().BeEmpty();
        (await FindAsync("author")).Should().Equal("2");
    }

    [Fact]
    public async Task More_users_than_a_request_returns_are_all_found_once_in_the_same_order()
    {
        const int Count = 230;
        BatchWriteResult<Member> created = await _stores.WriterOf(_store).CreateAsync(
            Enumerable.Range(0, Count).Select(number => new Member { Id = $"{number}", Roles = ["all", number % 2 == 0 ? "even" : "odd"] }));
        created.Written.Should().Be(Count);

        List<string> all = await FindAsync("all");
        all.Should().HaveCount(Count).And.OnlyHaveUniqueItems();
        (await FindAsync("all")).Should().Equal(all);
        (await FindAsync("odd")).Should().HaveCount(Count / 2).And.BeSubsetOf(all);
        (await _store.FindAllByAsync(user => user.Roles, "all").Take(5).ReadAllAsync()).Select(user => user.Id).Should().Equal(all.Take(5));
    }

    [Fact]
    public async Task Values_are_normalized_and_checked()
    {
        Member user = await _store.CreateAsync(new Member { Id = "1", Tags = ["Red", " RED", "blue"] });

        user.Tags.Should().BeEquivalentTo("red", "blue");
        (await _store.FindAllByAsync(one => one.Tags, " Red ").ReadAllAsync()).Should().ContainSingle();
        (await _store.FindAllByAsync(one => one.Roles, "red").ReadAllAsync()).Should().BeEmpty();
        foreach (string wrong in new[] { "", " ", "\ud800", null! })
        {
            Func<Task> create = () => _store.CreateAsync(new Member { Id = "2", Tags = ["fine", wrong] });
            (await create.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Should().ContainSingle()
                .Which.Field.Should().Be(nameof(Member.Tags));
        }

        (await _store.FindAllByAsync(one => one.Tags, "fine").ReadAllAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Unique_and_indexed_properties_are_not_mistaken_for_each_other()
    {
        await _store.CreateAsync(new Member { Id = "1", Roles = ["a"], Logins = ["a"] });
        await _store.CreateAsync(new Member { Id = "2", Roles = ["a"], Logins = ["b"] });

        (await _store.FindByAsync(user => user.Logins, "a"))!.Id.Should().Be("1");
        (await FindAsync("a")).Should().Equal("1", "2");
        Func<Task>[] wrong =
        [
            () => _store.FindByAsync(user => user.Roles, "a"),
            () => _store.FindAllByAsync(user => user.Logins, "a").ReadAllAsync(),
            () => _store.FindAllByAsync(user => user.Others, "a").ReadAllAsync(),
            () => _store.FindAllByAsync(user => user.Tags, "").ReadAllAsync(),
        ];
        foreach (Func<Task> call in wrong)
            await call.Should().ThrowAsync<InvalidUserException>();
    }

    [Fact]
    public async Task As_many_values_as_a_transaction_can_hold_are_stored_and_released_and_more_are_refused()
    {
        Member user = await CreateAsync("1", [.. Names(MaxValues)]);
        Member[] tooMany =
        [
            user with { Roles = [.. Names(MaxValues + 1)] },
            user with { Logins = ["a"] },
            user with { Roles = [.. Names(MaxValues / 2), .. Names(MaxValues / 2, "other")], Logins = ["a", "b"] }, // too many changes
        ];

        foreach (Member one in tooMany)
        {
            Func<Task> save = () => _store.UpdateAsync(one);
            (await save.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Should().ContainSingle();
            Func<Task> patch = () => _store.UpdateAsync(
                "1", new UserPatch<Member>().Set(stored => stored.Roles, one.Roles).Set(stored => stored.Logins, one.Logins ?? []));
            await patch.Should().ThrowAsync<InvalidUserException>();
        }

        (await FindAsync("value-95")).Should().Equal("1");
        user = await _store.UpdateAsync(user with { Roles = [.. Names(MaxValues / 2), .. Names(MaxValues / 2 - 2, "other")] });
        (await FindAsync("other-0")).Should().Equal("1");
        (await FindAsync("value-95")).Should().BeEmpty();
        await _store.DeleteUnchangedAsync(user);
        (await FindAsync("value-0")).Should().BeEmpty();
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task Users_with_keys_of_two_parts_are_found()
    {
        IUserStore<Tenant> store = await _stores.CreateAsync<Tenant>();
        var id = Guid.NewGuid();
        foreach ((Guid tenant, long number) in new[] { (id, 1L), (id, 11L), (Guid.NewGuid(), 1L) })
            await store.CreateAsync(new Tenant { Id = tenant, Number = number, Roles = ["admin", $"{number}"] });

        (await store.FindAllByAsync(user => user.Roles, "admin").ReadAllAsync()).Should().HaveCount(3);
        (await store.FindAllByAsync(user => user.Roles, "11").ReadAllAsync()).Should().ContainSingle().Which.Number.Should().Be(11);
        await store.UpdateAsync(UserKey.Of(id, 1), new UserPatch<Tenant>().Set(user => user.Roles, ["reader"]));
        (await store.FindAllByAsync(user => user.Roles, "1").ReadAllAsync()).Should().ContainSingle().Which.Id.Should().NotBe(id);
        (await _stores.AuditOf(store).CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();
    }

    [Fact]
    public async Task Concurrent_changes_leave_the_index_as_the_users_are()
    {
        for (int number = 0; number < 4; number++)
            await CreateAsync($"{number}", "start");

        await Parallel.ForAsync(0, 48, new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (attempt, token) =>
        {
            string id = $"{attempt % 4}";
            while (true)
            {
                Member user = await StoredAsync(id);
                HashSet<string> roles = [.. user.Roles ?? [], $"role-{attempt % 6}"];
                if (attempt % 5 == 0)
                    roles.Remove("start");
                try
                {
                    await _store.UpdateAsync(user with { Roles = roles }, token);
                    return;
                }
                catch (UserConflictException)
                {
                    // Another attempt changed the user.
                }
            }
        });

        Member[] users = [await StoredAsync("0"), await StoredAsync("1"), await StoredAsync("2"), await StoredAsync("3")];
        foreach (string role in users.SelectMany(user => user.Roles!).Append("start").Distinct())
            (await FindAsync(role)).Should().Equal(users.Where(user => user.Roles!.Contains(role)).Select(user => user.Id), role);
        await ShouldBeConsistentAsync();
    }

    private static IEnumerable<string> Names(int count, string prefix = "value") => Enumerable.Range(0, count).Select(number => $"{prefix}-{number}");

    private Task<Member> CreateAsync(string id, params string[] roles) => _store.CreateAsync(new Member { Id = id, Roles = [.. roles] });

    private async Task<Member> StoredAsync(string id) => (await _store.FindAsync(id, ReadConsistency.Strong))!;

    private async Task<List<string>> FindAsync(string role)
        => [.. (await _store.FindAllByAsync(user => user.Roles, role).ReadAllAsync()).Select(user => user.Id)];

    private async Task ShouldBeConsistentAsync()
        => (await _stores.AuditOf(_store).CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();

    /// <summary>A user with two indexed sets and one of unique values.</summary>
    [DynamoDBTable("Members")]
    [GenerateUserMapping]
    public sealed record Member
    {
        [DynamoDBHashKey("id")]
        public required string Id { get; init; }

        [DynamoDBProperty("name")]
        public string? Name { get; init; }

        [DynamoDBProperty("city")]
        [Indexed("city")]
        public string? City { get; init; }

        [DynamoDBProperty("roles")]
        [Indexed("role")]
        public HashSet<string>? Roles { get; init; }

        [DynamoDBProperty("tags")]
        [Indexed("tag", Normalization = UniqueValueNormalization.CaseInsensitive)]
        public HashSet<string>? Tags { get; init; }

        [DynamoDBProperty("logins")]
        [Unique("login")]
        public HashSet<string>? Logins { get; init; }

        [DynamoDBProperty("others")]
        public HashSet<string>? Others { get; init; }

        [DynamoDBProperty("expires_at", typeof(EpochSecondsConverter))]
        [ExpiresAt]
        public DateTimeOffset? ExpiresAt { get; init; }

        [DynamoDBVersion("v")]
        public long? Version { get; init; }

        [DynamoDBIgnore]
        [Revision]
        public string? Revision { get; init; }
    }

    /// <summary>A user with a key of two parts.</summary>
    [DynamoDBTable("Tenants")]
    public sealed record Tenant
    {
        [DynamoDBHashKey("id")]
        public required Guid Id { get; init; }

        [DynamoDBRangeKey("number")]
        public long Number { get; init; }

        [DynamoDBProperty("roles")]
        [Indexed("role")]
        public HashSet<string>? Roles { get; init; }
    }
}
