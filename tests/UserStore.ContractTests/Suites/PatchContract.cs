using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

public abstract class PatchContract(StoreFactory stores) : Contract(stores)
{
    [Fact]
    public async Task UpdateAsync_changes_the_fields_of_the_patch_and_returns_the_whole_user()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1) with { Age = 40, Tags = ["a"] });
        Clock.Advance(TimeSpan.FromMinutes(1));

        User updated = await store.UpdateAsync("fake-1", new UserPatch<User>()
            .Set(user => user.Name, "Fake Renamed")
            .Set(user => user.Email, " New@Example.test")
            .Increment(user => user.Age, 2)
            .Append(user => user.Tags, "b", "a"));

        (updated.Name, updated.Email, updated.Age, updated.Status).Should().Be(("Fake Renamed", "new@example.test", 42, created.Status));
        updated.Tags.Should().Equal("a", "b", "a");
        (updated.Version, updated.CreatedAt, updated.UpdatedAt).Should().Be((2, created.CreatedAt, Now));
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(updated);
    }

    [Fact]
    public async Task UpdateAsync_removes_a_field_with_Remove_or_by_setting_null()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1) with { ExpiresAt = Now.AddDays(1) });

        User updated = await store.UpdateAsync("fake-1", new UserPatch<User>()
            .Remove(user => user.Age)
            .Set(user => user.Email, null)
            .Remove(user => user.Tags)
            .Set(user => user.ExpiresAt, null));

        (updated.Age, updated.Email, updated.ExpiresAt).Should().Be((null, null, null));
        updated.Tags.Should().BeEmpty();
        (await store.FindByEmailAsync("fake.user.1@example.test")).Should().BeNull();
    }

    [Fact]
    public async Task UpdateAsync_treats_absent_numbers_as_zero_and_absent_lists_as_empty()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(new User { UserId = "fake-1" });
        await store.UpdateAsync("fake-1", new UserPatch<User>().Remove(user => user.Tags));

        User updated = await store.UpdateAsync(
            "fake-1", new UserPatch<User>().Increment(user => user.Age, -3).Append(user => user.Tags, "first"));

        updated.Age.Should().Be(-3);
        updated.Tags.Should().Equal("first");
    }

    [Fact]
    public async Task UpdateAsync_sets_dates_and_truncates_the_expiry_to_whole_seconds()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        DateTimeOffset created = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.FromHours(-7)).AddTicks(7654321);

        User updated = await store.UpdateAsync("fake-1", new UserPatch<User>()
            .Set(user => user.CreatedAt, created)
            .Set(user => user.ExpiresAt, Now.AddDays(1).AddMilliseconds(500)));

        updated.CreatedAt.Should().Be(created);
        updated.ExpiresAt.Should().Be(Now.AddDays(1));
    }

    [Fact]
    public async Task UpdateAsync_throws_when_the_user_is_absent_expired_or_deleted()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1) with { ExpiresAt = Now.AddSeconds(1) });
        await store.CreateAsync(FakeUsers.Create(2));
        await store.DeleteAsync("fake-2");
        Clock.Advance(TimeSpan.FromSeconds(1));
        UserPatch<User> patch = new UserPatch<User>().Set(user => user.Name, "Fake").ExpectVersion(1).OnlyIf(user => user.Age > 0);

        foreach (string id in new[] { "fake-0", "fake-1", "fake-2" })
        {
            Func<Task> update = () => store.UpdateAsync(id, patch);
            (await update.Should().ThrowAsync<UserNotFoundException>()).Which.Key.ToString().Should().Be(id);
            (await store.FindAsync(id, ReadConsistency.Strong)).Should().BeNull("a patch creates nothing");
        }
    }

    [Fact]
    public async Task UpdateAsync_rejects_a_version_other_than_the_expected_one()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        User second = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Age, 1).ExpectVersion(1));

        Func<Task> late = () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Age, 2).ExpectVersion(1));

        UserConflictException conflict = (await late.Should().ThrowAsync<UserConflictException>()).Which;
        (conflict.ExpectedVersion, conflict.ActualVersion).Should().Be((1, 2));
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(second);
    }

    [Fact]
    public async Task UpdateAsync_applies_the_patch_only_if_its_conditions_hold()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1) with { Status = UserStatus.Pending, Age = 20 });
        UserPatch<User> activate = new UserPatch<User>()
            .Set(user => user.Status, UserStatus.Active)
            .OnlyIf(user => user.Status == UserStatus.Pending)
            .OnlyIf(user => user.Age >= 18);

        User active = await store.UpdateAsync("fake-1", activate);
        Func<Task> again = () => store.UpdateAsync("fake-1", activate);

        active.Status.Should().Be(UserStatus.Active);
        UserConditionFailedException rejected = (await again.Should().ThrowAsync<UserConditionFailedException>()).Which;
        (rejected.Key.ToString(), rejected.ActualVersion).Should().Be(("fake-1", 2));
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(active);
    }

    [Fact]
    public async Task UpdateAsync_reports_the_version_when_version_and_condition_both_fail()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));

        Func<Task> update = () => store.UpdateAsync(
            "fake-1", new UserPatch<User>().Set(user => user.Age, 2).ExpectVersion(9).OnlyIf(user => user.Name == null));

        await update.Should().ThrowAsync<UserConflictException>();
    }

    [Fact]
    public async Task Concurrent_patches_all_take_effect()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1) with { Age = 0, Tags = [] });

        const int Writers = 40;
        List<string> tags = [], unknown = [];

        await Task.WhenAll(Enumerable.Range(1, Writers).Select(n => Task.Run(async () =>
        {
            bool isKnown = true;
            try
            {
                await store.UpdateAsync("fake-1", new UserPatch<User>().Increment(user => user.Age, n).Append(user => user.Tags, $"{n}"));
            }
            catch (UserWriteOutcomeUnknownException) when (LosesResponses)
            {
                isKnown = false; // its response was lost, and more Writers followed than an item remembers
            }

            lock (tags)
                (isKnown ? tags : unknown).Add($"{n}");
        })));

        User user = await store.GetAsync("fake-1", ReadConsistency.Strong);
        user.Tags.Should().OnlyHaveUniqueItems().And.Contain(tags);
        user.Tags.Except(tags).Should().BeSubsetOf(unknown);
        (user.Age, user.Version).Should().Be((user.Tags.Sum(int.Parse), user.Tags.Count + 1));
        tags.Should().HaveCountGreaterThan(Writers / 4);
    }

    [Theory]
    [InlineData(int.MaxValue, 1)]
    [InlineData(int.MinValue, -1)]
    [InlineData(1, int.MaxValue)]
    public async Task UpdateAsync_rejects_a_sum_that_could_not_be_read_back(int age, int amount)
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1) with { Age = age });

        Func<Task> update = () => store.UpdateAsync(
            "fake-1", new UserPatch<User>().Increment(user => user.Age, amount).OnlyIf(user => user.Name != null));

        InvalidUserException rejected = (await update.Should().ThrowAsync<InvalidUserException>()).Which;
        rejected.Violations.Should().ContainSingle().Which.Field.Should().Be("Age");
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(created);
    }

    [Fact]
    public async Task UpdateAsync_moves_the_user_in_the_indexes()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1) with { Status = "before" });

        User updated = await store.UpdateAsync(
            "fake-1", new UserPatch<User>().Set(user => user.Status, "after").Set(user => user.Email, "new@example.test"));

        (await store.QueryByStatusAsync("before").ReadAllAsync()).Should().BeEmpty();
        (await store.QueryByStatusAsync("after").ReadAllAsync()).Should().Equal(updated);
        (await store.FindByEmailAsync("new@example.test")).Should().Be(updated);
    }

    [Fact]
    public async Task A_patch_can_be_applied_to_many_users()
    {
        IUserStore<User> store = await CreateStoreAsync();
        UserPatch<User> patch = new UserPatch<User>().Append(user => user.Tags, "marked");
        await store.CreateAsync(new User { UserId = "fake-a" });
        await store.CreateAsync(new User { UserId = "fake-b" });

        User a = await store.UpdateAsync("fake-a", patch);
        User b = await store.UpdateAsync("fake-b", patch);

        a.Tags.Should().Equal("marked");
        b.Tags.Should().Equal("marked");
    }

    [Fact]
    public async Task UpdateAsync_changes_nothing_when_it_is_already_cancelled()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));

        Func<Task> update = () => store.UpdateAsync(
            "fake-1", new UserPatch<User>().Set(user => user.Age, 1), new CancellationToken(canceled: true));

        await update.Should().ThrowAsync<OperationCanceledException>();
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(created);
    }
}
