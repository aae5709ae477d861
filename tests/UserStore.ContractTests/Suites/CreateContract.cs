using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

public abstract class CreateContract(StoreFactory stores) : Contract(stores)
{
    [Fact]
    public async Task CreateAsync_sets_id_timestamps_status_and_version()
    {
        IUserStore<User> store = await CreateStoreAsync();

        User created = await store.CreateAsync(new User { Name = "Fake User" });

        Guid.Parse(created.UserId).Version.Should().Be(7);
        created.CreatedAt.Should().Be(Now);
        created.UpdatedAt.Should().Be(Now);
        created.Version.Should().Be(1);
        created.Status.Should().Be(UserStatus.Active);
    }

    [Fact]
    public async Task CreateAsync_keeps_the_given_values_and_returns_the_user_as_stored()
    {
        IUserStore<User> store = await CreateStoreAsync();
        var createdAt = new DateTimeOffset(2020, 2, 29, 23, 59, 59, TimeSpan.FromHours(2)).AddTicks(1234567);
        User given = FakeUsers.Create(7) with { CreatedAt = createdAt, ExpiresAt = Now.AddDays(1) };

        User created = await store.CreateAsync(given);

        User? found = await store.FindAsync(given.UserId, ReadConsistency.Strong);
        found.Should().Be(created);
        found!.CreatedAt.Should().Be(createdAt);
        found.CreatedAt.Offset.Should().Be(TimeSpan.Zero);
        (found.Name, found.Email, found.Status, found.Age).Should().Be((given.Name, given.Email, given.Status, given.Age));
        found.Tags.Should().Equal(given.Tags);
        found.ExpiresAt.Should().Be(Now.AddDays(1));
    }

    [Fact]
    public async Task CreateAsync_does_not_change_the_given_instance()
    {
        IUserStore<User> store = await CreateStoreAsync();
        var given = new User { Name = "Fake User" };

        await store.CreateAsync(given);

        given.Should().Be(new User { Name = "Fake User" });
    }

    [Fact]
    public async Task CreateAsync_rejects_an_id_in_use_and_leaves_the_existing_user_unchanged()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User first = await store.CreateAsync(FakeUsers.Create(1));

        Func<Task> again = () => store.CreateAsync(FakeUsers.Create(2) with { UserId = first.UserId });

        (await again.Should().ThrowAsync<UserAlreadyExistsException>()).Which.Key.ToString().Should().Be(first.UserId);
        (await store.FindAsync(first.UserId, ReadConsistency.Strong)).Should().Be(first);
    }

    [Fact]
    public async Task CreateAsync_succeeds_for_one_of_many_concurrent_calls_with_the_same_id()
    {
        IUserStore<User> store = await CreateStoreAsync();

        Task<User>[] calls = [.. Enumerable.Range(1, 16).Select(
            n => Task.Run(() => store.CreateAsync(FakeUsers.Create(n) with { UserId = "fake-same" })))];
        await Task.WhenAll(calls.Select(call => call.ContinueWith(_ => { }, TaskScheduler.Default)));

        Task<User> winner = calls.Where(call => call.IsCompletedSuccessfully).Should().ContainSingle().Subject;
        calls.Where(call => call.IsFaulted).Should().HaveCount(15).And.OnlyContain(
            call => call.Exception!.InnerException is UserAlreadyExistsException);
        (await store.FindAsync("fake-same", ReadConsistency.Strong)).Should().Be(await winner);
    }

    [Fact]
    public async Task CreateAsync_replaces_an_expired_user_with_the_same_id()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1) with { ExpiresAt = Now.AddSeconds(10), Age = 99 });
        Clock.Advance(TimeSpan.FromSeconds(10));

        User second = await store.CreateAsync(new User { UserId = "fake-1" });

        second.Version.Should().Be(1);
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(second);
    }

    [Theory]
    [InlineData("  Fake.User@Example.TEST ", "fake.user@example.test")]
    [InlineData("ÄÖ@example.test", "äö@example.test")]
    public async Task CreateAsync_normalizes_the_email(string given, string stored)
    {
        IUserStore<User> store = await CreateStoreAsync();

        User created = await store.CreateAsync(new User { Email = given });

        created.Email.Should().Be(stored);
        (await store.GetAsync(created.UserId, ReadConsistency.Strong)).Email.Should().Be(stored);
    }

    [Fact]
    public async Task CreateAsync_stores_users_without_email_and_two_users_with_the_same_email_when_emails_are_not_unique()
    {
        IUserStore<User> store = await CreateStoreWithSharedEmailsAsync();

        await store.CreateAsync(new User { UserId = "fake-none" });
        await store.CreateAsync(new User { UserId = "fake-a", Email = "shared@example.test" });
        await store.CreateAsync(new User { UserId = "fake-b", Email = "shared@example.test" });

        (await store.GetAsync("fake-none", ReadConsistency.Strong)).Email.Should().BeNull();
        (await store.QueryByEmailAsync("shared@example.test").ReadAllAsync()).Select(user => user.UserId).Should().BeEquivalentTo("fake-a", "fake-b");
    }

    [Fact]
    public async Task CreateAsync_preserves_the_order_and_duplicates_of_lists_and_empty_lists()
    {
        IUserStore<User> store = await CreateStoreAsync();

        await store.CreateAsync(new User { UserId = "fake-many", Tags = ["b", "a", "b"] });
        await store.CreateAsync(new User { UserId = "fake-none", Tags = [] });

        User many = await store.GetAsync("fake-many", ReadConsistency.Strong);
        many.Tags.Should().Equal("b", "a", "b");
        (await store.GetAsync("fake-none", ReadConsistency.Strong)).Tags.Should().BeEmpty();
    }

    [Fact]
    public async Task Empty_strings_are_stored_or_rejected_by_a_server_that_cannot_store_them()
    {
        IUserStore<User> store = await CreateStoreAsync();
        var user = new User { UserId = "fake-1", Name = "", Tags = [""] };
        if (!await StoresEmptyStringAsync())
        {
            Func<Task> create = () => store.CreateAsync(user);
            await create.Should().ThrowAsync<InvalidUserException>();
            return;
        }

        await store.CreateAsync(user);

        User stored = await store.UpdateAsync(await store.GetAsync("fake-1", ReadConsistency.Strong) with { Age = 1 });
        (stored.Name, stored.Tags.Single()).Should().Be(("", ""));
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(stored);
    }

    [Fact]
    public async Task CreateAsync_truncates_the_expiry_to_whole_seconds()
    {
        IUserStore<User> store = await CreateStoreAsync();
        DateTimeOffset expiry = Now.AddHours(1);

        User created = await store.CreateAsync(new User { ExpiresAt = expiry.AddMilliseconds(999).ToOffset(TimeSpan.FromHours(5)) });

        created.ExpiresAt.Should().Be(expiry);
        (await store.GetAsync(created.UserId, ReadConsistency.Strong)).ExpiresAt.Should().Be(expiry);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("id with spaces, \"quotes\" & <signs>")]
    [InlineData("用户-пользователь-😀")]
    public async Task CreateAsync_accepts_any_string_as_id(string id)
    {
        IUserStore<User> store = await CreateStoreAsync();

        await store.CreateAsync(new User { UserId = id });

        (await store.GetAsync(id, ReadConsistency.Strong)).UserId.Should().Be(id);
    }

    [Fact]
    public async Task CreateAsync_accepts_an_id_of_2048_bytes()
    {
        IUserStore<User> store = await CreateStoreAsync();
        string id = new('ü', 1024);

        await store.CreateAsync(new User { UserId = id });

        (await store.FindAsync(id, ReadConsistency.Strong)).Should().NotBeNull();
    }

    [Fact]
    public async Task CreateAsync_stores_nothing_when_it_is_already_cancelled()
    {
        IUserStore<User> store = await CreateStoreAsync();

        Func<Task> cancelled = () => store.CreateAsync(FakeUsers.Create(1), new CancellationToken(canceled: true));

        await cancelled.Should().ThrowAsync<OperationCanceledException>();
        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeNull();
    }

    [Fact]
    public async Task CreateAsync_rejects_a_user_of_a_derived_type_whose_properties_the_store_would_lose()
    {
        IUserStore<User> store = await CreateStoreAsync();

        Func<Task> create = () => store.CreateAsync(new AppUser { City = "Faketown" });

        (await create.Should().ThrowAsync<ArgumentException>()).WithMessage("*AddUserStore<AppUser>*");
    }
}
