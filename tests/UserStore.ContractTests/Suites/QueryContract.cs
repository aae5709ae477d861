using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

public abstract class QueryContract(StoreFactory stores) : Contract(stores)
{
    private static UserQuery<User> Active => new("status-index", UserStatus.Active);

    [Fact]
    public async Task QueryByStatusAsync_returns_the_users_with_a_status_in_the_order_of_creation()
    {
        IUserStore<User> store = await CreateStoreAsync();
        List<User> users = await CreateUsersAsync(store, 5);
        await store.CreateAsync(FakeUsers.Create(99) with { Status = "other" });

        (await store.QueryByStatusAsync(UserStatus.Active).ReadAllAsync()).Should().Equal(users);
        (await store.QueryByStatusAsync(UserStatus.Active, direction: QueryDirection.Descending).ReadAllAsync()).Should().Equal(users.AsEnumerable().Reverse());
        (await store.QueryByStatusAsync(UserStatus.Active, limit: 2, QueryDirection.Descending).ReadAllAsync()).Should().Equal(users[4], users[3]);
        (await store.QueryByStatusAsync("unknown").ReadAllAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task QueryAsync_returns_only_users_in_the_range_of_the_sort_key()
    {
        IUserStore<User> store = await CreateStoreAsync();
        List<User> users = await CreateUsersAsync(store, 5);
        DateTimeOffset second = users[1].CreatedAt, fourth = users[3].CreatedAt;

        (await IndexesAsync(SortKeyCondition.EqualTo(second))).Should().Equal(1);
        (await IndexesAsync(SortKeyCondition.LessThan(second))).Should().Equal(0);
        (await IndexesAsync(SortKeyCondition.AtMost(second))).Should().Equal(0, 1);
        (await IndexesAsync(SortKeyCondition.GreaterThan(fourth))).Should().Equal(4);
        (await IndexesAsync(SortKeyCondition.AtLeast(fourth))).Should().Equal(3, 4);
        (await IndexesAsync(SortKeyCondition.Between(second, fourth))).Should().Equal(1, 2, 3);
        (await IndexesAsync(SortKeyCondition.Between(second.AddTicks(1), fourth.AddTicks(-1)))).Should().Equal(2);

        async Task<IEnumerable<int>> IndexesAsync(SortKeyCondition range)
        {
            List<User> ascending = await store.QueryAsync(Active with { SortKey = range }).ReadAllAsync();
            List<User> descending = await
                store.QueryAsync(Active with { SortKey = range, Direction = QueryDirection.Descending }).ReadAllAsync();
            descending.Should().Equal(ascending.AsEnumerable().Reverse());
            return ascending.Select(user => users.IndexOf(user));
        }
    }

    [Theory]
    [InlineData(1, QueryDirection.Ascending)]
    [InlineData(2, QueryDirection.Descending)]
    [InlineData(7, QueryDirection.Ascending)]
    [InlineData(8, QueryDirection.Ascending)]
    public async Task QueryPageAsync_returns_every_user_once_with_tokens(int pageSize, QueryDirection direction)
    {
        IUserStore<User> store = await CreateStoreAsync();
        List<User> users = await CreateUsersAsync(store, 7);
        UserQuery<User> query = Active with { PageSize = pageSize, Direction = direction };

        var read = new List<User>();
        string? token = null;
        do
        {
            UserPage<User> page = await store.QueryPageAsync(query, token);
            page.Users.Count.Should().BeLessThanOrEqualTo(pageSize);
            page.HasMore.Should().Be(page.ContinuationToken is not null);
            read.AddRange(page.Users);
            token = page.ContinuationToken;
        }
        while (token is not null);

        read.Should().Equal(direction == QueryDirection.Ascending ? users : users.AsEnumerable().Reverse());
        (await store.QueryAsync(query).ReadAllAsync()).Should().Equal(read);
    }

    [Fact]
    public async Task QueryPageAsync_returns_users_with_equal_sort_keys_once()
    {
        IUserStore<User> store = await CreateStoreAsync();
        foreach (User user in FakeUsers.CreateMany(6))
            await store.CreateAsync(user with { Status = UserStatus.Active });

        foreach (QueryDirection direction in Enum.GetValues<QueryDirection>())
        {
            List<User> read = await store.QueryAsync(Active with { PageSize = 2, Direction = direction }).ReadAllAsync();
            read.Select(user => user.UserId).Should().BeEquivalentTo(FakeUsers.CreateMany(6).Select(user => user.UserId));
        }
    }

    [Fact]
    public async Task QueryPageAsync_continues_with_another_page_size()
    {
        IUserStore<User> store = await CreateStoreAsync();
        List<User> users = await CreateUsersAsync(store, 5);

        UserPage<User> first = await store.QueryPageAsync(Active with { PageSize = 1 });
        UserPage<User> rest = await store.QueryPageAsync(Active with { PageSize = 50 }, first.ContinuationToken);

        rest.Users.Should().Equal(users.Skip(1));
        rest.HasMore.Should().BeFalse();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    public async Task Limit_restricts_the_number_of_users_over_all_pages(int limit)
    {
        IUserStore<User> store = await CreateStoreAsync();
        List<User> users = await CreateUsersAsync(store, 6);
        UserQuery<User> query = Active with { PageSize = 2, Limit = limit };

        (await store.QueryAsync(query).ReadAllAsync()).Should().Equal(users.Take(limit));
        var read = new List<User>();
        string? token = null;
        do
        {
            UserPage<User> page = await store.QueryPageAsync(query, token);
            read.AddRange(page.Users);
            token = page.ContinuationToken;
        }
        while (token is not null);
        read.Should().Equal(users.Take(limit));
    }

    [Fact]
    public async Task Limit_counts_users_after_the_filter()
    {
        IUserStore<User> store = await CreateStoreAsync();
        List<User> users = await CreateUsersAsync(store, 9);

        UserQuery<User> query = Active with { Filter = user => user.Age >= 4, Limit = 3, PageSize = 2 };

        (await store.QueryAsync(query).ReadAllAsync()).Should().Equal(users[4], users[5], users[6]);
    }

    [Fact]
    public async Task A_page_can_be_empty_although_more_pages_follow()
    {
        IUserStore<User> store = await CreateStoreAsync();
        List<User> users = await CreateUsersAsync(store, 3);

        UserPage<User> page = await store.QueryPageAsync(Active with { Filter = user => user.Age == 2, PageSize = 2 });
        UserPage<User> next = await store.QueryPageAsync(
            Active with { Filter = user => user.Age == 2, PageSize = 2 }, page.ContinuationToken);

        page.Users.Should().BeEmpty();
        page.HasMore.Should().BeTrue();
        next.Users.Should().Equal(users[2]);
    }

    [Fact]
    public async Task Expired_users_do_not_count_against_the_limit()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(new User { UserId = "fake-deleted", ExpiresAt = Now.AddSeconds(1) });
        Clock.Advance(TimeSpan.FromSeconds(1));
        List<User> users = await CreateUsersAsync(store, 2);

        (await store.QueryAsync(Active with { Limit = 2 }).ReadAllAsync()).Should().Equal(users);
    }

    [Fact]
    public async Task A_limit_is_reached_in_few_pages_behind_expired_users()
    {
        IUserStore<User> store = await CreateStoreAsync();
        for (int i = 0; i < 40; i++)
            await store.CreateAsync(new User { UserId = $"fake-expired-{i}", ExpiresAt = Now.AddSeconds(1) });
        Clock.Advance(TimeSpan.FromSeconds(1));
        List<User> users = await CreateUsersAsync(store, 3);

        UserPage<User> first = await store.QueryPageAsync(Active with { Limit = 1 });
        UserPage<User> second = await store.QueryPageAsync(Active with { Limit = 1 }, first.ContinuationToken);
        UserPage<User> third = await store.QueryPageAsync(Active with { Limit = 1 }, second.ContinuationToken);

        first.Users.Concat(second.Users).Should().BeEmpty();
        third.Users.Should().Equal(users[0]);
        third.HasMore.Should().BeFalse();
        (await store.QueryAsync(Active with { Limit = 2 }).ReadAllAsync()).Should().Equal(users[..2]);
    }

    [Fact]
    public async Task A_query_reads_only_as_far_as_it_is_enumerated_and_can_be_enumerated_again()
    {
        IUserStore<User> store = await CreateStoreAsync();
        List<User> users = await CreateUsersAsync(store, 4);
        IAsyncEnumerable<User> sequence = store.QueryAsync(Active with { PageSize = 1 });

        await foreach (User user in sequence)
        {
            user.Should().Be(users[0]);
            break;
        }

        (await sequence.ReadAllAsync()).Should().Equal(users);
    }

    [Fact]
    public async Task QueryByEmailAsync_and_queries_of_its_index_normalize_the_email()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User created = await store.CreateAsync(FakeUsers.Create(1));

        (await store.QueryByEmailAsync("FAKE.USER.1@example.test").ReadAllAsync()).Should().Equal(created);
        (await store.QueryAsync(new UserQuery<User>("email-index", " Fake.User.1@example.test ")).ReadAllAsync()).Should().Equal(created);
    }

    [Fact]
    public async Task ListAsync_returns_every_user_once()
    {
        IUserStore<User> store = await CreateStoreAsync();
        List<User> users = await CreateUsersAsync(store, 7);

        (await store.ListAsync().ReadAllAsync()).Should().BeEquivalentTo(users);
        (await store.ListAsync(new UserListOptions { PageSize = 2, Consistency = ReadConsistency.Strong }).ReadAllAsync()).Should().BeEquivalentTo(users);
        var read = new List<User>();
        string? token = null;
        do
        {
            UserPage<User> page = await store.ListPageAsync(new UserListOptions { PageSize = 3 }, token);
            read.AddRange(page.Users);
            token = page.ContinuationToken;
        }
        while (token is not null);
        read.Should().BeEquivalentTo(users);
    }

    [Fact]
    public async Task Queries_and_listings_of_an_empty_table_are_empty()
    {
        IUserStore<User> store = await CreateStoreAsync();

        (await store.ListAsync().ReadAllAsync()).Should().BeEmpty();
        (await store.ListPageAsync()).Should().BeEquivalentTo(new UserPage<User>([], null));
        (await store.QueryPageAsync(Active)).Should().BeEquivalentTo(new UserPage<User>([], null));
    }

    // One second apart; the age numbers the users from 0.
    private async Task<List<User>> CreateUsersAsync(IUserStore<User> store, int count)
    {
        var users = new List<User>();
        for (int i = 0; i < count; i++)
        {
            users.Add(await store.CreateAsync(FakeUsers.Create(i) with { Status = UserStatus.Active, Age = i }));
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        return users;
    }
}
