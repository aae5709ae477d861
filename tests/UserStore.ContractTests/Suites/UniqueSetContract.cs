using System.Collections.Concurrent;
using Amazon.DynamoDBv2.DataModel;

namespace UserStore.ContractTests.Suites;

/// <summary>A set of strings each of which is unique.</summary>
public abstract class UniqueSetContract(StoreFactory stores) : Contract(stores)
{
    private const int MaxValues = 30;

    private readonly StoreFactory _stores = stores;
    private IUserStore<Holder> _store = null!;

    public override async Task InitializeAsync() => _store = await _stores.CreateAsync<Holder>();

    [Fact]
    public async Task Each_value_of_a_set_has_one_owner_and_finds_it()
    {
        await CreateAsync("1", "a", "b");

        Func<Task> second = () => CreateAsync("2", "c", "b");
        UserValueInUseException taken = (await second.Should().ThrowAsync<UserValueInUseException>()).Which;
        (taken.PropertyName, taken.OwnerKey).Should().Be((nameof(Holder.Logins), (UserKey)"1"));

        await ShouldOwnAsync("1", "a", "b");
        (await FindAsync("c")).Should().BeNull();
        (await _store.FindAsync("2", ReadConsistency.Strong)).Should().BeNull();
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task A_save_reserves_what_it_adds_and_releases_what_it_removes()
    {
        Holder user = await CreateAsync("1", "a", "b");
        await CreateAsync("2", "z");

        user = await _store.UpdateAsync(user with { Logins = ["b", "c", "d"] });
        Func<Task> taken = () => _store.UpdateAsync(user with { Logins = ["b", "z"] });
        await taken.Should().ThrowAsync<UserValueInUseException>();

        await ShouldOwnAsync("1", "b", "c", "d");
        await CreateAsync("3", "a");
        user = await _store.UpdateAsync(user with { Logins = null, Name = "Fake User" });
        user.Logins.Should().BeNull();
        await CreateAsync("4", "b", "c", "d");
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task A_save_of_another_property_keeps_the_values()
    {
        await CreateAsync("1", "b", "a");
        Holder read = (await _store.FindAsync("1", ReadConsistency.Strong))!;

        Holder saved = await _store.UpdateAsync(read with { Name = "Fake User" });

        saved.Logins.Should().BeEquivalentTo("a", "b");
        await ShouldOwnAsync("1", "a", "b");
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task A_patch_reserves_and_releases_values()
    {
        await CreateAsync("1", "a", "b");
        await CreateAsync("2", "z");

        Holder patched = await _store.UpdateAsync("1", new UserPatch<Holder>().Set(user => user.Logins, ["b", "c"]));
        patched.Logins.Should().BeEquivalentTo("b", "c");
        Func<Task> taken = () => _store.UpdateAsync("1", new UserPatch<Holder>().Set(user => user.Logins, ["z"]));
        await taken.Should().ThrowAsync<UserValueInUseException>();
        await ShouldOwnAsync("1", "b", "c");

        patched = await _store.UpdateAsync("1", new UserPatch<Holder>().Remove(user => user.Logins));
        patched.Logins.Should().BeNull();
        (await FindAsync("b")).Should().BeNull();
        await CreateAsync("3", "a", "b", "c");
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task A_delete_releases_all_values()
    {
        await CreateAsync("1", [.. Names(MaxValues)]);

        await _store.DeleteAsync("1");

        await CreateAsync("2", [.. Names(MaxValues)]);
        await ShouldOwnAsync("2", [.. Names(MaxValues)]);
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task All_values_can_be_exchanged_in_one_save_and_one_value_too_many_is_refused()
    {
        Holder user = await CreateAsync("1", [.. Names(MaxValues)]);

        user = await _store.UpdateAsync(user with { Logins = [.. Names(MaxValues, "other")] });
        Holder tooMany = user with { Logins = [.. Names(MaxValues + 1)] };
        Func<Task>[] calls =
        [
            () => _store.CreateAsync(tooMany with { Id = "2" }),
            () => _store.UpdateAsync(tooMany),
            () => _store.UpdateAsync("1", new UserPatch<Holder>().Set(one => one.Logins, tooMany.Logins)),
        ];

        foreach (Func<Task> call in calls)
        {
            (await call.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Should().ContainSingle()
                .Which.Field.Should().Be(nameof(Holder.Logins));
        }

        await ShouldOwnAsync("1", [.. Names(MaxValues, "other")]);
        (await FindAsync("login-0")).Should().BeNull();
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task Values_of_expired_users_are_free()
    {
        await _store.CreateAsync(new Holder { Id = "1", Logins = ["a", "b"], ExpiresAt = Now.AddMinutes(1) });
        await _store.CreateAsync(new Holder { Id = "2", Logins = ["c"], ExpiresAt = Now.AddMinutes(1) });
        Clock.Advance(TimeSpan.FromMinutes(2));
        (await FindAsync("a")).Should().BeNull();

        await CreateAsync("3", "a", "b", "c");

        await ShouldOwnAsync("3", "a", "b", "c");
    }

    [Fact]
    public async Task Values_are_normalized_and_checked_one_by_one()
    {
        Holder user = await _store.CreateAsync(new Holder { Id = "1", Names = ["Ada", " ADA ", "Grace"] });
        user.Names.Should().BeEquivalentTo("ada", "grace");
        (await _store.FindByAsync(one => one.Names, "GRACE"))!.Id.Should().Be("1");

        Func<Task> taken = () => _store.CreateAsync(new Holder { Id = "2", Names = ["ada"] });
        (await taken.Should().ThrowAsync<UserValueInUseException>()).Which.PropertyName.Should().Be(nameof(Holder.Names));
        foreach (string wrong in new[] { "", " ", "\ud800", "tab\tin", null! })
        {
            Func<Task> create = () => _store.CreateAsync(new Holder { Id = "3", Names = ["fine", wrong] });
            (await create.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Should().ContainSingle()
                .Which.Field.Should().Be(nameof(Holder.Names));
        }

        (await _store.FindByAsync(one => one.Names, "fine")).Should().BeNull();
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task An_empty_set_is_none()
    {
        Holder user = await CreateAsync("1");

        user.Logins.Should().BeNull();
        user = await _store.UpdateAsync(user with { Logins = ["a"] });
        user = await _store.UpdateAsync(user with { Logins = [] });
        user.Logins.Should().BeNull();
        await CreateAsync("2", "a");
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task A_batch_reserves_each_value()
    {
        IUserBatchWriter<Holder> writer = _stores.WriterOf(_store);

        BatchWriteResult<Holder> result = await writer.CreateAsync(Enumerable.Range(0, 40).Select(
            number => new Holder { Id = $"{number}", Logins = [$"a{number}", $"b{number / 2}"] }));

        result.Written.Should().Be(20);
        result.Failures.Should().HaveCount(20).And.OnlyContain(failure => failure.Error is UserValueInUseException);
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task Of_concurrent_changes_one_takes_each_value()
    {
        for (int number = 0; number < 8; number++)
            await CreateAsync($"{number}");
        var won = new ConcurrentBag<(string Id, string Login)>();

        await Parallel.ForAsync(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (attempt, token) =>
        {
            (string id, string login) = ($"{attempt % 8}", $"login-{attempt / 8}");
            while (true)
            {
                Holder user = (await _store.FindAsync(id, ReadConsistency.Strong, token))!;
                try
                {
                    await _store.UpdateAsync(user with { Logins = [.. user.Logins ?? [], login] }, token);
                    won.Add((id, login));
                    return;
                }
                catch (UserValueInUseException)
                {
                    return;
                }
                catch (UserConflictException)
                {
                    // Another attempt changed the user.
                }
            }
        });

        won.Select(winner => winner.Login).Should().BeEquivalentTo(Names(8));
        foreach ((string id, string login) in won)
            (await FindAsync(login))!.Id.Should().Be(id);
        await ShouldBeConsistentAsync();
    }

    private static IEnumerable<string> Names(int count, string prefix = "login") => Enumerable.Range(0, count).Select(number => $"{prefix}-{number}");

    private Task<Holder> CreateAsync(string id, params string[] logins) => _store.CreateAsync(new Holder { Id = id, Logins = [.. logins] });

    private Task<Holder?> FindAsync(string login) => _store.FindByAsync(user => user.Logins, login);

    private async Task ShouldOwnAsync(string id, params string[] logins)
    {
        (await _store.FindAsync(id, ReadConsistency.Strong))!.Logins.Should().BeEquivalentTo(logins);
        foreach (string login in logins)
            (await FindAsync(login))!.Id.Should().Be(id);
    }

    private async Task ShouldBeConsistentAsync()
        => (await _stores.AuditOf(_store).CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();

    /// <summary>A user with two sets of unique values.</summary>
    [DynamoDBTable("Holders")]
    [GenerateUserMapping]
    public sealed record Holder
    {
        [DynamoDBHashKey("id")]
        public required string Id { get; init; }

        [DynamoDBProperty("name")]
        public string? Name { get; init; }

        [DynamoDBProperty("logins")]
        [Unique("login")]
        public HashSet<string>? Logins { get; init; }

        [DynamoDBProperty("names")]
        [Unique("name", Normalization = UniqueValueNormalization.CaseInsensitive)]
        public HashSet<string>? Names { get; init; }

        [DynamoDBProperty("expires_at", typeof(EpochSecondsConverter))]
        [ExpiresAt]
        public DateTimeOffset? ExpiresAt { get; init; }

        [DynamoDBVersion("v")]
        public long? Version { get; init; }

        [DynamoDBIgnore]
        [Revision]
        public string? Revision { get; init; }
    }
}
