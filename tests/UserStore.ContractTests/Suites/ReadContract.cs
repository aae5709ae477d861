using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

public abstract class ReadContract(StoreFactory stores) : Contract(stores)
{
    [Theory]
    [InlineData(ReadConsistency.Eventual)]
    [InlineData(ReadConsistency.Strong)]
    public async Task FindAsync_and_GetAsync_return_the_stored_user(ReadConsistency consistency)
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));

        (await store.FindAsync("fake-1", consistency)).Should().Be(created);
        (await store.GetAsync("fake-1", consistency)).Should().Be(created);
    }

    [Fact]
    public async Task FindAsync_returns_null_and_GetAsync_throws_when_the_user_does_not_exist()
    {
        IUserStore<User> store = await CreateStoreAsync();

        Func<Task> get = () => store.GetAsync("fake-0");

        (await store.FindAsync("fake-0")).Should().BeNull();
        (await get.Should().ThrowAsync<UserNotFoundException>()).Which.Key.ToString().Should().Be("fake-0");
    }

    [Fact]
    public async Task A_user_exists_until_the_second_of_its_expiry_and_no_longer_afterwards()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1) with { ExpiresAt = Now.AddSeconds(5), Status = "expiring" });

        Clock.Advance(TimeSpan.FromSeconds(4.999));
        (await SeenAsync()).Should().Equal(true, true, true, true, true);
        Clock.Advance(TimeSpan.FromSeconds(0.001));
        (await SeenAsync()).Should().Equal(false, false, false, false, false);

        async Task<bool[]> SeenAsync() =>
        [
            await store.FindAsync("fake-1", ReadConsistency.Strong) is not null,
            await store.FindByEmailAsync("fake.user.1@example.test") is not null,
            (await store.QueryByStatusAsync("expiring").ReadAllAsync()).Count == 1,
            (await store.QueryByEmailAsync("fake.user.1@example.test").ReadAllAsync()).Count == 1,
            (await store.ListAsync().ReadAllAsync()).Count == 1,
        ];
    }

    [Fact]
    public async Task FindByEmailAsync_finds_by_the_normalized_email()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));
        await store.CreateAsync(FakeUsers.Create(2));

        (await store.FindByEmailAsync(" FAKE.User.1@example.TEST")).Should().Be(created);
        (await store.FindByEmailAsync("nobody@example.test")).Should().BeNull();
    }

    [Fact]
    public async Task FindByEmailAsync_returns_the_last_written_user_when_several_have_the_email()
    {
        IUserStore<User> store = await CreateStoreWithSharedEmailsAsync();
        await store.CreateAsync(new User { UserId = "fake-a", Email = "shared@example.test" });
        Clock.Advance(TimeSpan.FromSeconds(1));
        User newest = await store.CreateAsync(new User { UserId = "fake-b", Email = "shared@example.test" });

        (await store.FindByEmailAsync("shared@example.test")).Should().Be(newest);
        Clock.Advance(TimeSpan.FromSeconds(1));
        newest = await store.UpdateAsync("fake-a", new UserPatch<User>().Set(user => user.Name, "Fake"));
        (await store.FindByEmailAsync("shared@example.test")).Should().Be(newest);
    }

    [Fact]
    public async Task FindByEmailAsync_rejects_strong_consistency_when_emails_are_not_unique()
    {
        IUserStore<User> store = await CreateStoreWithSharedEmailsAsync();

        Func<Task> strong = () => store.FindByEmailAsync("a@example.test", ReadConsistency.Strong);

        await strong.Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task Reads_stop_when_they_are_cancelled()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1));
        var cancelled = new CancellationToken(canceled: true);

        Func<Task>[] reads =
        [
            () => store.FindAsync("fake-1", ReadConsistency.Strong, cancelled),
            () => store.FindByEmailAsync("fake.user.1@example.test", ReadConsistency.Eventual, cancelled),
            () => store.QueryByStatusAsync("active", cancellationToken: cancelled).ReadAllAsync(),
            () => store.ListAsync(cancellationToken: cancelled).ReadAllAsync(),
            () => store.ListPageAsync(cancellationToken: cancelled),
        ];

        foreach (Func<Task> read in reads)
            await read.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task EnsureTablesAsync_can_be_called_repeatedly_without_data_loss()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));

        await store.EnsureTablesAsync();

        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().Be(created);
    }
}
