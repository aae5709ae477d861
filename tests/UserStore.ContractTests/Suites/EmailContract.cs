using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

/// <summary>No two users have the same email, and every way of giving one up frees it.</summary>
public abstract class EmailContract(StoreFactory stores) : Contract(stores)
{
    private const string Taken = "taken@example.test";
    private const string Free = "free@example.test";

    [Theory]
    [InlineData("taken@example.test")]
    [InlineData(" TAKEN@Example.test ")]
    public async Task An_email_that_is_taken_is_refused_with_its_holder_and_nothing_is_changed(string spelling)
    {
        IUserStore<User> store = await CreateStoreAsync();
        User holder = await store.CreateAsync(new User { UserId = "fake-holder", Email = Taken });
        User other = await store.CreateAsync(new User { UserId = "fake-other", Email = "other@example.test", Age = 1 });

        Func<Task>[] takings =
        [
            () => store.CreateAsync(new User { UserId = "fake-new", Email = spelling }),
            () => store.UpdateAsync(other with { Email = spelling, Age = 2 }),
            () => store.UpdateAsync("fake-other", new UserPatch<User>().Set(user => user.Email, spelling).Increment(user => user.Age, 1)),
        ];
        foreach (Func<Task> taking in takings)
        {
            EmailAlreadyInUseException taken = (await taking.Should().ThrowAsync<EmailAlreadyInUseException>()).Which;
            (taken.OwnerUserId, taken.IsTransient).Should().Be(("fake-holder", false));
            taken.Message.Should().Contain("fake-holder").And.NotContain("example.test");
        }

        (await store.ListAsync().ReadAllAsync()).Should().BeEquivalentTo([holder, other]);
        await HoldsAsync(store, Taken, holder);
        await HoldsAsync(store, "other@example.test", other);
        await IsInOrderAsync(store);
    }

    [Fact]
    public async Task A_change_of_email_frees_the_old_one_and_takes_the_new_one()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User user = await store.CreateAsync(new User { UserId = "fake-1", Email = "first@example.test" });

        user = await store.UpdateAsync(user with { Email = "Second@example.test", Name = "Fake" });
        await HoldsAsync(store, "second@example.test", user);
        User patched = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, "THIRD@example.test"));
        await HoldsAsync(store, "third@example.test", patched);
        (patched.Email, patched.Name, patched.Version).Should().Be(("third@example.test", "Fake", 3));

        await HoldsAsync(store, "first@example.test", await store.CreateAsync(new User { Email = "first@example.test" }));
        await HoldsAsync(store, "second@example.test", await store.CreateAsync(new User { Email = "second@example.test" }));
        await IsInOrderAsync(store);
    }

    [Fact]
    public async Task A_change_of_email_keeps_all_that_goes_with_it()
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
    public async Task Removing_the_email_or_the_user_frees_it()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User first = await store.CreateAsync(new User { UserId = "fake-1", Email = Free });

        first = await store.UpdateAsync(first with { Email = null });
        first.Email.Should().BeNull();
        await FreeAgainAsync(store);
        first = await store.UpdateAsync(first with { Email = Free });
        await store.UpdateAsync("fake-1", new UserPatch<User>().Remove(user => user.Email));
        await FreeAgainAsync(store);
        first = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Email, Free));
        await HoldsAsync(store, Free, first);
        await store.DeleteAsync("fake-1");
        await FreeAgainAsync(store);
        await store.DeleteAsync(await store.CreateAsync(new User { UserId = "fake-1", Email = Free }));
        await FreeAgainAsync(store);
        await IsInOrderAsync(store);
    }

    [Fact]
    public async Task An_email_can_be_set_to_what_it_is()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User user = await store.CreateAsync(new User { UserId = "fake-1", Email = Taken, Age = 1 });

        user = await store.UpdateAsync(user with { Email = " Taken@EXAMPLE.test" });
        user = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Email, "TAKEN@example.test").Increment(u => u.Age, 1));

        (user.Email, user.Age, user.Version).Should().Be((Taken, 2, 3));
        await HoldsAsync(store, Taken, user);
    }

    [Fact]
    public async Task Two_users_can_exchange_their_emails_one_after_the_other()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User first = await store.CreateAsync(new User { UserId = "fake-1", Email = "a@example.test" });
        User second = await store.CreateAsync(new User { UserId = "fake-2", Email = "b@example.test" });

        first = await store.UpdateAsync(first with { Email = null });
        second = await store.UpdateAsync(second with { Email = "a@example.test" });
        first = await store.UpdateAsync(first with { Email = "b@example.test" });

        await HoldsAsync(store, "a@example.test", second);
        await HoldsAsync(store, "b@example.test", first);
        await IsInOrderAsync(store);
    }

    [Fact]
    public async Task The_id_is_named_when_both_id_and_email_are_taken()
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
    public async Task What_stands_against_the_user_comes_before_what_stands_against_the_email()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(new User { UserId = "fake-1", Email = Taken });
        User other = await store.CreateAsync(new User { UserId = "fake-2", Age = int.MaxValue });
        await store.UpdateAsync(other with { Name = "Fake" });

        await Refused<UserConflictException>(() => store.UpdateAsync(other with { Email = Taken }));
        await Refused<UserConflictException>(() => Patch(patch => patch.ExpectVersion(1)));
        await Refused<UserConditionFailedException>(() => Patch(patch => patch.OnlyIf(user => user.Name == "other")));
        await Refused<InvalidUserException>(() => Patch(patch => patch.Increment(user => user.Age, 1)));
        await Refused<UserNotFoundException>(
            () => store.UpdateAsync("fake-0", new UserPatch<User>().Set(user => user.Email, Taken)));
        await Refused<EmailAlreadyInUseException>(() => Patch(patch => patch.ExpectVersion(2)));

        Task Patch(Func<UserPatch<User>, UserPatch<User>> with)
            => store.UpdateAsync("fake-2", with(new UserPatch<User>().Set(user => user.Email, Taken)));

        static async Task Refused<TException>(Func<Task> call)
            where TException : Exception
            => await call.Should().ThrowExactlyAsync<TException>();
    }

    [Fact]
    public async Task A_strong_search_by_email_sees_each_write_at_once()
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
    public async Task Where_emails_may_be_shared_nothing_is_reserved()
    {
        IUserStore<User> store = await CreateStoreWithSharedEmailsAsync();
        User first = await store.CreateAsync(new User { UserId = "fake-1", Email = Taken });
        User second = await store.CreateAsync(new User { UserId = "fake-2" });

        await store.UpdateAsync(second with { Email = Taken });
        await store.UpdateAsync("fake-2", new UserPatch<User>().Set(user => user.Email, Taken));
        await store.DeleteAsync(first);

        (await store.FindByEmailAsync(Taken))!.UserId.Should().Be("fake-2");
        Func<Task> audit = () => AuditOf(store).CheckAsync().ReadAllAsync();
        await audit.Should().ThrowAsync<InvalidOperationException>();
    }

    private static async Task FreeAgainAsync(IUserStore<User> store)
    {
        (await store.FindByEmailAsync(Free, ReadConsistency.Strong)).Should().BeNull();
        User other = await store.CreateAsync(new User { UserId = "fake-between", Email = Free });
        (await store.DeleteAsync("fake-between")).Should().Be(other);
    }
}
