using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

/// <summary>No two users have the same email, and every way to give up an email releases it.</summary>
public abstract class EmailContract(StoreFactory stores) : Contract(stores)
{
    private const string Taken = "taken@example.test";
    private const string Free = "free@example.test";

    [Theory]
    [InlineData("taken@example.test")]
    [InlineData(" TAKEN@Example.test ")]
    public async Task An_email_in_use_is_rejected_with_its_owner_and_nothing_is_changed(string spelling)
    {
        IUserStore<User> store = await CreateStoreAsync();
        User owner = await store.CreateAsync(new User { UserId = "fake-owner", Email = Taken });
        User other = await store.CreateAsync(new User { UserId = "fake-other", Email = "other@example.test", Age = 1 });

        Func<Task>[] takings =
        [
            () => store.CreateAsync(new User { UserId = "fake-new", Email = spelling }),
            () => store.UpdateAsync(other with { Email = spelling, Age = 2 }),
            () => store.UpdateAsync("fake-other", new UserPatch<User>().Set(user => user.Email, spelling).Increment(user => user.Age, 1)),
        ];
        foreach (Func<Task> taking in takings)
        {
            UserValueInUseException taken = (await taking.Should().ThrowAsync<UserValueInUseException>()).Which;
            (taken.OwnerKey.ToString(), taken.IsTransient).Should().Be(("fake-owner", false));
            taken.Message.Should().Contain("fake-owner").And.NotContain("example.test");
        }

        (await store.ListAsync().ReadAllAsync()).Should().BeEquivalentTo([owner, other]);
        await ShouldOwnEmailAsync(store, Taken, owner);
        await ShouldOwnEmailAsync(store, "other@example.test", other);
        await ShouldBeConsistentAsync(store);
    }

    [Fact]
    public async Task A_change_of_email_releases_the_old_email_and_reserves_the_new_one()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User user = await store.CreateAsync(new User { UserId = "fake-1", Email = "first@example.test" });

        user = await store.UpdateAsync(user with { Email = "Second@example.test", Name = "Fake" });
        await ShouldOwnEmailAsync(store, "second@example.test", user);
        User patched = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, "THIRD@example.test"));
        await ShouldOwnEmailAsync(store, "third@example.test", patched);
        (patched.Email, patched.Name, patched.Version).Should().Be(("third@example.test", "Fake", 3));

        await ShouldOwnEmailAsync(store, "first@example.test", await store.CreateAsync(new User { Email = "first@example.test" }));
        await ShouldOwnEmailAsync(store, "second@example.test", await store.CreateAsync(new User { Email = "second@example.test" }));
        await ShouldBeConsistentAsync(store);
    }

    [Fact]
    public async Task A_change_of_email_applies_the_whole_update()
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();
        AppUser user = await store.CreateAsync(FakeUsers.Create<AppUser>(1) with { City = "Faketown", Tags = ["a"], Age = 1 });

        AppUser patched = await store.UpdateAsync("fake-1", new UserPatch<AppUser>()
            .Set(u => u.Email, Free).Increment(u => u.Age, 4).Append(u => u.Tags, "b", "c").Remove(u => u.Name).ExpectVersion(1)
            .OnlyIf(u => u.City == "Faketown"));

        (patched.Email, patched.Age, patched.Name, patched.City, patched.Version).Should().Be((Free, 5, null, "Faketown", 2));
        patched.Tags.Should().Equal("a", "b", "c");
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(patched);
        AppUser replaced = await store.UpdateAsync(patched with { Email = "other@example.test", Tags = [], Name = "Fake" });
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(replaced);
        user.Email.Should().NotBe(Free);
    }

    [Fact]
    public async Task Removing_the_email_or_the_user_releases_the_email()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User first = await store.CreateAsync(new User { UserId = "fake-1", Email = Free });

        first = await store.UpdateAsync(first with { Email = null });
        first.Email.Should().BeNull();
        await ShouldBeAvailableAsync(store);
        first = await store.UpdateAsync(first with { Email = Free });
        await store.UpdateAsync("fake-1", new UserPatch<User>().Remove(user => user.Email));
        await ShouldBeAvailableAsync(store);
        first = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Email, Free));
        await ShouldOwnEmailAsync(store, Free, first);
        await store.DeleteAsync("fake-1");
        await ShouldBeAvailableAsync(store);
        await store.DeleteUnchangedAsync(await store.CreateAsync(new User { UserId = "fake-1", Email = Free }));
        await ShouldBeAvailableAsync(store);
        await ShouldBeConsistentAsync(store);
    }

    [Fact]
    public async Task An_email_can_be_set_to_its_current_value()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User user = await store.CreateAsync(new User { UserId = "fake-1", Email = Taken, Age = 1 });

        user = await store.UpdateAsync(user with { Email = " Taken@EXAMPLE.test" });
        user = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, "TAKEN@example.test").Increment(u => u.Age, 1));

        (user.Email, user.Age, user.Version).Should().Be((Taken, 2, 3));
        await ShouldOwnEmailAsync(store, Taken, user);
    }

    [Fact]
    public async Task Two_users_can_exchange_their_emails_in_sequence()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User first = await store.CreateAsync(new User { UserId = "fake-1", Email = "a@example.test" });
        User second = await store.CreateAsync(new User { UserId = "fake-2", Email = "b@example.test" });

        first = await store.UpdateAsync(first with { Email = null });
        second = await store.UpdateAsync(second with { Email = "a@example.test" });
        first = await store.UpdateAsync(first with { Email = "b@example.test" });

        await ShouldOwnEmailAsync(store, "a@example.test", second);
        await ShouldOwnEmailAsync(store, "b@example.test", first);
        await ShouldBeConsistentAsync(store);
    }

    [Fact]
    public async Task CreateAsync_reports_the_id_when_both_id_and_email_are_in_use()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(new User { UserId = "fake-1", Email = Taken });
        await store.CreateAsync(new User { UserId = "fake-2", Email = "other@example.test" });

        Func<Task> same = () => store.CreateAsync(new User { UserId = "fake-1", Email = Taken });
        Func<Task> both = () => store.CreateAsync(new User { UserId = "fake-2", Email = Taken });

        await same.Should().ThrowAsync<UserAlreadyExistsException>();
        await both.Should().ThrowAsync<UserAlreadyExistsException>();
    }

    [Fact]
    public async Task Failures_of_the_user_are_reported_before_conflicts_of_the_email()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(new User { UserId = "fake-1", Email = Taken });
        User other = await store.CreateAsync(new User { UserId = "fake-2", Age = int.MaxValue });
        await store.UpdateAsync(other with { Name = "Fake" });

        await ShouldThrowAsync<UserConflictException>(() => store.UpdateAsync(other with { Email = Taken }));
        await ShouldThrowAsync<UserConflictException>(() => Patch(patch => patch.ExpectVersion(1)));
        await ShouldThrowAsync<UserConditionFailedException>(() => Patch(patch => patch.OnlyIf(user => user.Name == "other")));
        await ShouldThrowAsync<InvalidUserException>(() => Patch(patch => patch.Increment(user => user.Age, 1)));
        await ShouldThrowAsync<UserNotFoundException>(
            () => store.UpdateAsync("fake-0", new UserPatch<User>().Set(user => user.Email, Taken)));
        await ShouldThrowAsync<UserValueInUseException>(() => Patch(patch => patch.ExpectVersion(2)));

        Task Patch(Func<UserPatch<User>, UserPatch<User>> with)
            => store.UpdateAsync("fake-2", with(new UserPatch<User>().Set(user => user.Email, Taken)));

        static async Task ShouldThrowAsync<TException>(Func<Task> call)
            where TException : Exception
            => await call.Should().ThrowExactlyAsync<TException>();
    }

    [Fact]
    public async Task A_strongly_consistent_search_by_email_reflects_each_write_immediately()
    {
        IUserStore<User> store = await CreateStoreAsync();
        (await store.FindByEmailAsync(Free, ReadConsistency.Strong)).Should().BeNull();

        User user = await store.CreateAsync(new User { Email = Free });
        (await store.FindByEmailAsync(" FREE@example.TEST ", ReadConsistency.Strong)).Should().Be(user);
        user = await store.UpdateAsync(user with { Email = "moved@example.test" });

        (await store.FindByEmailAsync(Free, ReadConsistency.Strong)).Should().BeNull();
        (await store.FindByEmailAsync("moved@example.test", ReadConsistency.Strong)).Should().Be(user);
    }

    [Fact]
    public async Task Emails_are_not_reserved_when_they_are_not_unique()
    {
        IUserStore<User> store = await CreateStoreWithSharedEmailsAsync();
        User first = await store.CreateAsync(new User { UserId = "fake-1", Email = Taken });
        User second = await store.CreateAsync(new User { UserId = "fake-2" });

        await store.UpdateAsync(second with { Email = Taken });
        await store.UpdateAsync("fake-2", new UserPatch<User>().Set(user => user.Email, Taken));
        await store.DeleteUnchangedAsync(first);

        (await store.FindByEmailAsync(Taken))!.UserId.Should().Be("fake-2");
        Func<Task> audit = () => AuditOf(store).CheckAsync().ReadAllAsync();
        await audit.Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task FindByEmailAsync_prefers_the_latest_update_and_then_the_first_id()
    {
        IUserStore<User> store = await CreateStoreWithSharedEmailsAsync();
        foreach (string id in new[] { "fake-b", "fake-B", "fake-c" })
            await store.CreateAsync(new User { UserId = id, Email = Taken });

        (await store.FindByEmailAsync(Taken))!.UserId.Should().Be("fake-B");
        Clock.Advance(TimeSpan.FromTicks(1));
        await store.UpdateAsync("fake-c", new UserPatch<User>().Set(user => user.Name, "Fake"));
        (await store.FindByEmailAsync(Taken))!.UserId.Should().Be("fake-c");
    }

    private static async Task ShouldBeAvailableAsync(IUserStore<User> store)
    {
        (await store.FindByEmailAsync(Free, ReadConsistency.Strong)).Should().BeNull();
        User other = await store.CreateAsync(new User { UserId = "fake-between", Email = Free });
        (await store.DeleteAsync("fake-between")).Should().Be(other);
    }
}
