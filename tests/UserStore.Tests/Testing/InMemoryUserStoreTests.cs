using Microsoft.Extensions.DependencyInjection;
using UserStore.Testing;
using UserStore.Tests.DependencyInjection;

namespace UserStore.Tests.Testing;

public sealed class InMemoryUserStoreTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task Faults_hit_the_next_calls_and_change_nothing()
    {
        InMemoryUserStore store = new();
        store.Faults.ThrottleNextWrite();
        store.Faults.FailNextWrite();
        store.Faults.FailNextRead();
        store.Faults.ThrottleNextRead();

        await Throws<UserStoreThrottledException>(() => store.CreateAsync(FakeUsers.Create(1)));
        await Throws<UserStoreUnavailableException>(() => store.CreateAsync(FakeUsers.Create(1)));
        await Throws<UserStoreUnavailableException>(() => store.FindAsync("fake-1"));
        await Throws<UserStoreThrottledException>(() => ReadAsync(store.QueryByStatusAsync("active")));
        (await store.FindAsync("fake-1")).Should().BeNull();
        await store.CreateAsync(FakeUsers.Create(1));
    }

    [Fact]
    public async Task Faults_can_be_counted_and_cleared()
    {
        InMemoryUserStore store = new();
        store.Faults.FailNextWrite(3);
        await Throws<UserStoreUnavailableException>(() => store.DeleteAsync("fake-1"));
        store.Faults.Clear();

        await store.CreateAsync(FakeUsers.Create(1));

        Action none = () => store.Faults.FailNextRead(0);
        none.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task A_delay_is_waited_for_by_the_clock_of_the_store_and_can_be_cancelled()
    {
        InMemoryUserStore store = new(new InMemoryUserStoreOptions { Time = _clock });
        store.Faults.Delay = TimeSpan.FromSeconds(5);
        using var source = new CancellationTokenSource();

        Task<User?> find = store.FindAsync("fake-1");
        Task<User> create = store.CreateAsync(FakeUsers.Create(1), source.Token);
        await source.CancelAsync();
        _clock.Advance(TimeSpan.FromSeconds(4));

        find.IsCompleted.Should().BeFalse();
        await Throws<OperationCanceledException>(() => create);
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await find).Should().BeNull();
    }

    [Fact]
    public async Task Indexes_show_writes_after_their_delay()
    {
        InMemoryUserStore store = new(new InMemoryUserStoreOptions { Time = _clock, IndexDelay = TimeSpan.FromSeconds(2) });
        User created = await store.CreateAsync(FakeUsers.Create(1) with { Status = "old" });

        (await store.FindAsync("fake-1")).Should().Be(created);
        (await store.FindByEmailAsync(created.Email!)).Should().BeNull();
        _clock.Advance(TimeSpan.FromSeconds(2));
        (await store.FindByEmailAsync(created.Email!)).Should().Be(created);

        await store.UpdateAsync(created with { Status = "new" });
        await store.DeleteAsync("fake-1");
        (await ReadAsync(store.QueryByStatusAsync("old"))).Should().Equal(created);
        _clock.Advance(TimeSpan.FromSeconds(2));
        (await ReadAsync(store.QueryByStatusAsync("old"))).Should().BeEmpty();
        (await ReadAsync(store.QueryByStatusAsync("new"))).Should().BeEmpty();
    }

    [Fact]
    public async Task Calls_are_recorded_when_asked_for_and_only_the_latest()
    {
        InMemoryUserStore silent = new();
        InMemoryUserStore store = new(new InMemoryUserStoreOptions { Time = _clock, RecordedCalls = 3 });
        await silent.CreateAsync(FakeUsers.Create(1));

        await store.CreateAsync(FakeUsers.Create(1));
        await Throws<UserAlreadyExistsException>(() => store.CreateAsync(FakeUsers.Create(1)));
        await store.FindAsync("fake-1");
        await ReadAsync(store.QueryByStatusAsync("active"));

        silent.Calls.Should().BeEmpty();
        store.Calls.Select(call => (call.Operation, call.UserId)).Should().Equal(
            ("CreateAsync", "fake-1"), ("FindAsync", "fake-1"), ("QueryByStatusAsync", null));
        store.Calls[0].Error.Should().BeOfType<UserAlreadyExistsException>();
        store.Calls.Should().OnlyContain(call => call.At == _clock.GetUtcNow());
    }

    [Fact]
    public async Task A_page_without_a_size_ends_after_a_thousand_users()
    {
        InMemoryUserStore store = new();
        foreach (User user in FakeUsers.CreateMany(1001))
            await store.CreateAsync(user);

        UserPage<User> page = await store.ListPageAsync();

        page.Users.Should().HaveCount(1000);
        (await store.ListPageAsync(null, page.ContinuationToken)).Users.Should().ContainSingle();
    }

    [Fact]
    public async Task Concurrent_use_keeps_every_write()
    {
        InMemoryUserStore store = new();
        await store.CreateAsync(FakeUsers.Create(0) with { Age = 0 });

        await Task.WhenAll(Enumerable.Range(1, 8).Select(worker => Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                await store.CreateAsync(FakeUsers.Create((worker * 1000) + i));
                await store.UpdateAsync("fake-0", new UserPatch<User>().Increment(user => user.Age, 1));
                await ReadAsync(store.QueryByStatusAsync(UserStatus.Pending, limit: 5));
            }
        })));

        (await store.GetAsync("fake-0")).Age.Should().Be(1600);
        (await ReadAsync(store.ListAsync())).Should().HaveCount(1601);
    }

    [Fact]
    public async Task AddInMemoryUserStore_replaces_registered_stores()
    {
        ServiceCollection services = new();
        services.AddUserStore(AddUserStoreTests.UseLocalAddress);
        services.AddUserStore<Member>(AddUserStoreTests.UseLocalAddress);
        services.AddSingleton<TimeProvider>(_clock);
        services.AddInMemoryUserStore();
        services.AddInMemoryUserStore<Member>(options => options.RecordedCalls = 10);
        await using ServiceProvider provider = services.BuildServiceProvider(AddUserStoreTests.Strict);

        IUserStore store = provider.GetRequiredService<IUserStore>();

        store.Should().BeOfType<InMemoryUserStore>().And.BeSameAs(provider.GetRequiredService<InMemoryUserStore>());
        provider.GetRequiredService<IUserStore<User>>().Should().BeSameAs(store);
        provider.GetRequiredService<IUserStore<Member>>().Should().BeSameAs(provider.GetRequiredService<InMemoryUserStore<Member>>());
        (await store.CreateAsync(FakeUsers.Create(1))).CreatedAt.Should().Be(_clock.GetUtcNow());
        await provider.GetRequiredService<IUserStore<Member>>().FindAsync("fake-1");
        provider.GetRequiredService<InMemoryUserStore<Member>>().Calls.Should().ContainSingle();
    }

    [Fact]
    public async Task AddInMemoryUserStore_works_alone_and_before_AddUserStore()
    {
        ServiceCollection services = new();
        services.AddInMemoryUserStore().AddUserStore(AddUserStoreTests.UseLocalAddress);
        await using ServiceProvider provider = services.BuildServiceProvider(AddUserStoreTests.Strict);

        provider.GetRequiredService<IUserStore>().Should().BeOfType<InMemoryUserStore>();
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Action delay = () => _ = new InMemoryUserStore(new InMemoryUserStoreOptions { IndexDelay = TimeSpan.FromSeconds(-1) });
        Action calls = () => _ = new InMemoryUserStore(new InMemoryUserStoreOptions { RecordedCalls = -1 });

        delay.Should().Throw<ArgumentOutOfRangeException>();
        calls.Should().Throw<ArgumentOutOfRangeException>();
    }

    private static async Task Throws<TException>(Func<Task> call)
        where TException : Exception
        => await call.Should().ThrowAsync<TException>();

    private static async Task<List<User>> ReadAsync(IAsyncEnumerable<User> sequence)
    {
        var users = new List<User>();
        await foreach (User user in sequence)
            users.Add(user);
        return users;
    }
}
