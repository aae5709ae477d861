using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

public abstract class UpdateContract(StoreFactory stores) : Contract(stores)
{
    [Fact]
    public async Task UpdateAsync_replaces_the_user_and_increments_its_version()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));
        Clock.Advance(TimeSpan.FromMinutes(1));

        User updated = await store.UpdateAsync(created with { Name = "Fake Renamed", Age = null, Email = null, Tags = [] });

        updated.Version.Should().Be(2);
        updated.UpdatedAt.Should().Be(Now);
        updated.CreatedAt.Should().Be(created.CreatedAt);
        updated.Name.Should().Be("Fake Renamed");
        (updated.Age, updated.Email).Should().Be((null, null));
        updated.Tags.Should().BeEmpty();
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(updated);
    }

    [Fact]
    public async Task UpdateAsync_accepts_the_user_that_any_call_returned()
    {
        IUserStore<User> store = await CreateStoreAsync();

        User user = await store.CreateAsync(FakeUsers.Create(1));
        user = await store.UpdateAsync(user with { Age = 1 });
        user = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Age, 2));
        user = await store.UpdateAsync(user with { Age = 3 });
        user = await store.UpdateAsync((await store.FindByEmailAsync(user.Email!))! with { Age = 4 });
        user = await store.UpdateAsync((await store.QueryByStatusAsync(user.Status).ReadAllAsync()).Single() with { Age = 5 });
        user = await store.UpdateAsync((await store.ListAsync().ReadAllAsync()).Single() with { Age = 6 });
        user = await store.UpdateAsync((await store.GetAsync("fake-1", ReadConsistency.Strong)) with { Age = 7 });

        (user.Age, user.Version).Should().Be((7, 8));
    }

    [Fact]
    public async Task UpdateAsync_rejects_a_version_that_was_already_replaced()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User original = await store.CreateAsync(FakeUsers.Create(1));
        User renamed = await store.UpdateAsync(original with { Name = "Fake Renamed" });

        Func<Task> late = () => store.UpdateAsync(original with { Name = "Fake Late" });

        UserConflictException conflict = (await late.Should().ThrowAsync<UserConflictException>()).Which;
        (conflict.Key.ToString(), conflict.ExpectedVersion, conflict.ActualVersion, conflict.UserWasDeleted).Should().Be(("fake-1", 1, 2, false));
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(renamed);
    }

    [Fact]
    public async Task UpdateAsync_succeeds_for_one_of_many_concurrent_replacements()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User original = await store.CreateAsync(FakeUsers.Create(1));

        Task<User>[] calls = [.. Enumerable.Range(1, 16).Select(n => Task.Run(() => store.UpdateAsync(original with { Age = n })))];
        await Task.WhenAll(calls.Select(call => call.ContinueWith(_ => { }, TaskScheduler.Default)));

        Task<User> winner = calls.Where(call => call.IsCompletedSuccessfully).Should().ContainSingle().Subject;
        calls.Where(call => call.IsFaulted).Should().HaveCount(15).And.OnlyContain(
            call => call.Exception!.InnerException is UserConflictException);
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(await winner);
    }

    [Fact]
    public async Task UpdateAsync_rejects_a_user_that_was_deleted()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));
        await store.DeleteAsync("fake-1");

        Func<Task> update = () => store.UpdateAsync(created with { Age = 1 });

        UserConflictException conflict = (await update.Should().ThrowAsync<UserConflictException>()).Which;
        (conflict.ExpectedVersion, conflict.ActualVersion, conflict.UserWasDeleted).Should().Be((1, null, true));
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeNull();
    }

    [Fact]
    public async Task UpdateAsync_rejects_a_user_that_was_recreated_with_the_same_version()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User old = await store.CreateAsync(FakeUsers.Create(1));
        await store.DeleteAsync("fake-1");
        User created = await store.CreateAsync(FakeUsers.Create(1));

        Func<Task> update = () => store.UpdateAsync(old with { Age = 1 });

        UserConflictException conflict = (await update.Should().ThrowAsync<UserConflictException>()).Which;
        (conflict.ExpectedVersion, conflict.ActualVersion, conflict.UserWasDeleted).Should().Be((1, 1, false));
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(created);
    }

    [Fact]
    public async Task UpdateAsync_rejects_a_user_that_has_expired()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1) with { ExpiresAt = Now.AddSeconds(1) });
        Clock.Advance(TimeSpan.FromSeconds(1));

        Func<Task> extend = () => store.UpdateAsync(created with { ExpiresAt = null });
        Func<Task> rename = () => store.UpdateAsync(created with { Name = "Fake" });

        (await extend.Should().ThrowAsync<UserConflictException>()).Which.UserWasDeleted.Should().BeTrue();
        (await rename.Should().ThrowAsync<UserConflictException>()).Which.UserWasDeleted.Should().BeTrue();
    }

    [Fact]
    public async Task UpdateAsync_rejects_a_user_that_was_never_read()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));

        Func<Task> made = () => store.UpdateAsync(new User { UserId = "fake-1", CreatedAt = Now });
        Func<Task> absent = () => store.UpdateAsync(new User { UserId = "fake-0", CreatedAt = Now });

        (await made.Should().ThrowAsync<UserConflictException>()).Which.ActualVersion.Should().Be(1);
        (await absent.Should().ThrowAsync<UserConflictException>()).Which.UserWasDeleted.Should().BeTrue();
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(created);
    }

    [Fact]
    public async Task UpdateAsync_moves_the_user_in_the_indexes()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1) with { Status = "before" });

        User updated = await store.UpdateAsync(created with { Status = "after", Email = "NEW@example.test" });

        (await store.QueryByStatusAsync("before").ReadAllAsync()).Should().BeEmpty();
        (await store.QueryByStatusAsync("after").ReadAllAsync()).Should().Equal(updated);
        (await store.FindByEmailAsync(created.Email!)).Should().BeNull();
        (await store.FindByEmailAsync("new@example.test")).Should().Be(updated);
    }

    [Fact]
    public async Task UpdateAsync_changes_nothing_when_it_is_already_cancelled()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));

        Func<Task> update = () => store.UpdateAsync(created with { Age = 1 }, new CancellationToken(canceled: true));

        await update.Should().ThrowAsync<OperationCanceledException>();
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(created);
    }
}
