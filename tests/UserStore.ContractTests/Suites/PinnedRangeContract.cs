using UserStore.Modeling;
using UserStore.Paging;
using UserStore.Preparation;
using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

/// <summary>A range that is computed from the clock at every request can be read page by page.</summary>
public abstract class PinnedRangeContract(StoreFactory stores) : Contract(stores)
{
    [Theory]
    [InlineData(QueryDirection.Ascending)]
    [InlineData(QueryDirection.Descending)]
    public async Task All_pages_use_the_range_of_the_first_page(QueryDirection direction)
    {
        IUserStore<User> store = await CreateStoreAsync();
        List<User> users = await CreateUsersAsync(store, 7);
        IEnumerable<User> lastWeek = users.Skip(2);

        var read = new List<User>();
        string? token = null;
        do
        {
            UserPage<User> page = await store.QueryPageAsync(LastFiveDays() with { Direction = direction }, token);
            read.AddRange(page.Users);
            token = page.ContinuationToken;
            Clock.Advance(TimeSpan.FromDays(1)); // a user leaves the range that the next request computes
        }
        while (token is not null);

        read.Should().Equal(direction == QueryDirection.Ascending ? lastWeek : lastWeek.Reverse());
    }

    [Fact]
    public async Task Ranges_with_two_bounds_and_prefixes_and_numbers_can_be_pinned()
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();
        for (int i = 0; i < 6; i++)
            await store.CreateAsync(FakeUsers.Create<AppUser>(i) with { City = "Faketown", Score = i });
        UserQuery<AppUser> query = new("city-score-index", "Faketown")
        {
            SortKey = SortKeyCondition.Between(1m, 3m),
            PinSortKey = true,
            PageSize = 1,
        };

        UserPage<AppUser> first = await store.QueryPageAsync(query);
        UserPage<AppUser> rest = await store.QueryPageAsync(
            query with { SortKey = SortKeyCondition.Between(2m, 2.5m), PageSize = 10 }, first.ContinuationToken);

        first.Users.Concat(rest.Users).Select(user => user.Score).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task A_sequence_and_a_limit_work_with_a_pinned_range()
    {
        IUserStore<User> store = await CreateStoreAsync();
        List<User> users = await CreateUsersAsync(store, 7);

        (await store.QueryAsync(LastFiveDays() with { Limit = 3 }).ReadAllAsync()).Should().Equal(users[2..5]);
        UserPage<User> first = await store.QueryPageAsync(LastFiveDays() with { Limit = 2 });
        UserPage<User> second = await store.QueryPageAsync(LastFiveDays() with { Limit = 2 }, first.ContinuationToken);

        first.Users.Concat(second.Users).Should().Equal(users[2..4]);
        second.HasMore.Should().BeFalse();
    }

    [Fact]
    public async Task A_token_is_rejected_for_a_query_that_differs_in_more_than_the_bounds()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await CreateUsersAsync(store, 7);
        string token = (await store.QueryPageAsync(LastFiveDays())).ContinuationToken!;

        UserQuery<User>[] others =
        [
            LastFiveDays() with { PartitionKey = UserStatus.Pending },
            LastFiveDays() with { Direction = QueryDirection.Descending },
            LastFiveDays() with { Limit = 10 },
            LastFiveDays() with { Filter = user => user.Age > 1 },
            LastFiveDays() with { PinSortKey = false },
            LastFiveDays() with { SortKey = null },
            LastFiveDays() with { SortKey = SortKeyCondition.AtMost(Now) },
            LastFiveDays() with { SortKey = SortKeyCondition.Between(Now.AddDays(-5), Now) },
        ];

        foreach (UserQuery<User> other in others)
            await ShouldBeRejectedAsync(() => store.QueryPageAsync(other, token));
        string unpinned = (await store.QueryPageAsync(LastFiveDays() with { PinSortKey = false })).ContinuationToken!;
        await ShouldBeRejectedAsync(() => store.QueryPageAsync(LastFiveDays(), unpinned));
        for (int at = 0; at < token.Length; at++)
            await ShouldBeRejectedAsync(() => store.QueryPageAsync(LastFiveDays(), token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..]));
    }

    [Fact]
    public async Task A_forged_token_reaches_no_other_partition()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await CreateUsersAsync(store, 7);
        User other = await store.CreateAsync(new User { UserId = "fake-other", Status = UserStatus.Pending });
        string position = PositionIn((await store.QueryPageAsync(LastFiveDays())).ContinuationToken!);
        const string Epoch = "1970-01-01T00:00:00.0000000Z";

        string[] forgeries =
        [
            $"~0{Epoch.Length}:{Epoch}{position[(2 + "28:".Length + Epoch.Length)..]}",
            position.Replace(UserStatus.Active, UserStatus.Pending, StringComparison.Ordinal),
        ];
        foreach (string forgery in forgeries)
        {
            Func<Task<List<User>>> read = async () => [.. (await store.QueryPageAsync(LastFiveDays() with { PageSize = 50 }, Forge(forgery))).Users];
            if (await TryAsync(read) is { } users)
                users.Should().OnlyContain(user => user.Status == UserStatus.Active).And.NotContain(other);
        }
    }

    [Theory]
    [InlineData("~0")]
    [InlineData("~0{}")]
    [InlineData("~0:{}")]
    [InlineData("~0-1:{}")]
    [InlineData("~00:{}")]
    [InlineData("~09:{}")]
    [InlineData("~01:x")]
    [InlineData("~01: {}")]
    [InlineData("~0999999999999:x{}")]
    [InlineData("{}")]
    public async Task A_forged_token_without_a_range_is_rejected(string position)
    {
        IUserStore<User> store = await CreateStoreAsync();
        await CreateUsersAsync(store, 1);

        await ShouldBeRejectedAsync(() => store.QueryPageAsync(LastFiveDays(), Forge(position)));
    }

    [Fact]
    public async Task Encrypted_tokens_carry_the_range_unseen()
    {
        IUserStore<User> store = await CreateStoreAsync([[.. Enumerable.Range(0, 32).Select(i => (byte)i)]]);
        List<User> users = await CreateUsersAsync(store, 7);

        UserPage<User> first = await store.QueryPageAsync(LastFiveDays());
        Clock.Advance(TimeSpan.FromDays(1));
        UserPage<User> rest = await store.QueryPageAsync(LastFiveDays() with { PageSize = 50 }, first.ContinuationToken);

        first.Users.Concat(rest.Users).Should().Equal(users.Skip(2));
        await ShouldBeRejectedAsync(() => store.QueryPageAsync(LastFiveDays(), Forge("~0")));
    }

    private UserQuery<User> LastFiveDays() => new("status-index", UserStatus.Active)
    {
        SortKey = SortKeyCondition.AtLeast(Now.AddDays(-5)),
        PinSortKey = true,
        PageSize = 1,
    };

    private string Forge(string position) => new ContinuationTokens([]).Encode(new ContinuationToken(position, Remaining: null), Fingerprint());

    private string PositionIn(string token) => new ContinuationTokens([]).Decode(token, Fingerprint()).Position;

    private byte[] Fingerprint() =>
        new QueryInput<User>(UserModel.For<User>(new UserStoreOptions()), new UserStoreOptions()).PrepareQuery(LastFiveDays()).Fingerprint();

    private static async Task<List<User>?> TryAsync(Func<Task<List<User>>> read)
    {
        try
        {
            return await read();
        }
        catch (InvalidContinuationTokenException)
        {
            return null;
        }
    }

    private static async Task ShouldBeRejectedAsync(Func<Task> call) => await call.Should().ThrowAsync<InvalidContinuationTokenException>();

    // One day apart, the last one now.
    private async Task<List<User>> CreateUsersAsync(IUserStore<User> store, int count)
    {
        var users = new List<User>();
        for (int i = 0; i < count; i++)
            users.Add(await store.CreateAsync(FakeUsers.Create(i) with { Status = UserStatus.Active, CreatedAt = Now.AddDays(i - count + 1).AddSeconds(-1) }));
        return users;
    }
}
