using Microsoft.Extensions.DependencyInjection;
using UserStore.Testing;
using UserStore.Tests.DependencyInjection;

namespace UserStore.Tests.Testing;

public sealed class InMemoryUserStoreTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task Faults_fail_the_next_calls_and_change_nothing()
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
    public async Task A_lost_response_is_an_unknown_outcome_and_the_write_is_applied()
    {
        InMemoryUserStore store = new();
        store.Faults.LoseNextResponse(3);

        UserWriteOutcomeUnknownException unknown = await Throws<UserWriteOutcomeUnknownException>(() => store.CreateAsync(new User()));
        await Throws<UserAlreadyExistsException>(() => store.CreateAsync(new User { UserId = unknown.Key.ToString() }));
        await Throws<UserWriteOutcomeUnknownException>(() => store.DeleteAsync(unknown.Key));

        (await store.FindAsync(unknown.Key)).Should().BeNull();
    }

    [Fact]
    public async Task A_conflict_is_transient_and_changes_nothing()
    {
        InMemoryUserStore store = new();
        store.Faults.ConflictNextWrite();

        UserStoreUnavailableException conflict = await Throws<UserStoreUnavailableException>(() => store.CreateAsync(FakeUsers.Create(1)));

        conflict.IsTransient.Should().BeTrue();
        (await store.FindAsync("fake-1")).Should().BeNull();
    }

    [Fact]
    public async Task A_failure_in_one_segment_ends_the_whole_listing()
    {
        InMemoryUserStore store = new();
        foreach (User user in FakeUsers.CreateMany(200))
            await store.CreateAsync(user);
        int calls = 0;
        store.Faults.IsUnavailable = (operation, _) => operation == nameof(store.ListSegmentsAsync) && Interlocked.Increment(ref calls) == 10;

        await Throws<UserStoreUnavailableException>(() => ReadAsync(store.ListSegmentsAsync(new UserListOptions { TotalSegments = 4, PageSize = 1 })));

        calls.Should().BeLessThan(100, "the other segments are not read to their ends");
    }

    [Fact]
    public async Task A_part_of_the_store_can_be_unavailable()
    {
        InMemoryUserStore store = new();
        await store.CreateAsync(FakeUsers.Create(1));
        store.Faults.IsUnavailable = (operation, key) => key == "fake-2" || operation == nameof(store.QueryAsync);

        await Throws<UserStoreUnavailableException>(() => store.CreateAsync(FakeUsers.Create(2)));
        await Throws<UserStoreUnavailableException>(() => store.FindAsync("fake-2"));
        await Throws<UserStoreUnavailableException>(() => ReadAsync(store.QueryByStatusAsync("active")));
        (await store.FindAsync("fake-1")).Should().NotBeNull();
        store.Faults.IsUnavailable = null;
        (await store.FindAsync("fake-2")).Should().BeNull();
    }

    [Fact]
    public async Task The_rules_of_emails_come_from_the_registered_options()
    {
        await using ServiceProvider provider = new ServiceCollection()
            .AddUserStore(options => (options.UniqueEmails, options.NormalizeEmail) = (false, email => email.ToUpperInvariant())).Services
            .AddInMemoryUserStore()
            .BuildServiceProvider();
        IUserStore store = provider.GetRequiredService<IUserStore>();

        await store.CreateAsync(new User { UserId = "fake-1", Email = "a@example.test" });
        await store.CreateAsync(new User { UserId = "fake-2", Email = "a@example.test" });

        (await store.GetAsync("fake-1")).Email.Should().Be("A@EXAMPLE.TEST");
    }

    [Fact]
    public async Task The_audit_is_replaced()
    {
        await using ServiceProvider provider = new ServiceCollection().AddUserStore().Services.AddInMemoryUserStore().BuildServiceProvider();
        await provider.GetRequiredService<IUserStore>().CreateAsync(FakeUsers.Create(1));

        List<UniqueValueAuditPage> pages = await ReadAsync(provider.GetRequiredService<IUniqueValueAudit<User>>().CheckAsync());

        (pages.Sum(page => page.Users), pages.Sum(page => page.Reservations)).Should().Be((1, 1));
    }

    [Fact]
    public async Task A_delay_uses_the_clock_of_the_store_and_can_be_cancelled()
    {
        InMemoryUserStore store = new(new InMemoryUserStoreOptions { TimeProvider = _clock });
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
        InMemoryUserStore store = new(new InMemoryUserStoreOptions { TimeProvider = _clock, IndexDelay = TimeSpan.FromSeconds(2) });
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
    public async Task Only_the_latest_calls_are_recorded_and_only_when_enabled()
    {
        InMemoryUserStore silent = new();
        InMemoryUserStore store = new(new InMemoryUserStoreOptions { TimeProvider = _clock, RecordedCalls = 3 });
        await silent.CreateAsync(FakeUsers.Create(1));

        await store.CreateAsync(FakeUsers.Create(1));
        await Throws<UserAlreadyExistsException>(() => store.CreateAsync(FakeUsers.Create(1)));
        await store.FindAsync("fake-1");
        await ReadAsync(store.QueryByStatusAsync("active"));

        silent.Calls.Should().BeEmpty();
        store.Calls.Select(call => (call.Operation, call.Key?.ToString())).Should().Equal(
            ("CreateAsync", "fake-1"), ("FindAsync", "fake-1"), ("QueryAsync", null));
        store.Calls[0].Error.Should().BeOfType<UserAlreadyExistsException>();
        store.Calls.Should().OnlyContain(call => call.Timestamp == _clock.GetUtcNow());
    }

    [Fact]
    public async Task A_page_without_a_size_ends_after_1000_users()
    {
        InMemoryUserStore store = new();
        foreach (User user in FakeUsers.CreateMany(1001))
            await store.CreateAsync(user);

        UserPage<User> page = await store.ListPageAsync();

        page.Users.Should().HaveCount(1000);
        (await store.ListPageAsync(null, page.ContinuationToken)).Users.Should().ContainSingle();
    }

    [Fact]
    public async Task Concurrent_calls_lose_no_write()
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
    public void Options_out_of_range_are_rejected()
    {
        Action delay = () => _ = new InMemoryUserStore(new InMemoryUserStoreOptions { IndexDelay = TimeSpan.FromSeconds(-1) });
        Action calls = () => _ = new InMemoryUserStore(new InMemoryUserStoreOptions { RecordedCalls = -1 });

        delay.Should().Throw<ArgumentOutOfRangeException>();
        calls.Should().Throw<ArgumentOutOfRangeException>();
    }

    private static async Task<TException> Throws<TException>(Func<Task> call)
        where TException : Exception
        => (await call.Should().ThrowAsync<TException>()).Which;

    private static async Task<List<T>> ReadAsync<T>(IAsyncEnumerable<T> sequence)
    {
        var items = new List<T>();
        await foreach (T item in sequence)
            items.Add(item);
        return items;
    }
}
