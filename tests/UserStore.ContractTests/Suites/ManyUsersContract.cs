using System.Runtime.CompilerServices;
using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

/// <summary>Reads of many users: by their ids, and of the whole table in segments.</summary>
public abstract class ManyUsersContract(StoreFactory stores) : Contract(stores)
{
    [Theory]
    [InlineData(ReadConsistency.Eventual)]
    [InlineData(ReadConsistency.Strong)]
    public async Task FindManyAsync_returns_found_and_missing_users_in_the_order_of_the_ids(ReadConsistency consistency)
    {
        IUserStore<User> store = await CreateStoreAsync();
        User[] users = [.. await CreateManyAsync(store, 120)];
        string[] ids = [.. Enumerable.Range(1, 450).Select(i => $"fake-{(i * 7) % 240 + 1}")];

        List<UserLookup<User>> found = await store.FindManyAsync(ids, consistency).ReadAllAsync();

        Dictionary<string, User> byId = users.ToDictionary(user => user.UserId);
        found.Should().Equal(ids.Select(id => new UserLookup<User>(id, byId.GetValueOrDefault(id))));
    }

    [Fact]
    public async Task FindManyAsync_accepts_asynchronous_and_empty_sequences_of_ids()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await CreateManyAsync(store, 3);

        (await store.FindManyAsync(Ids()).ReadAllAsync()).Select(found => (found.Key.ToString(), found.User is null))
            .Should().Equal(("fake-3", false), ("fake-9", true), ("fake-3", false));
        (await store.FindManyAsync(Array.Empty<string>()).ReadAllAsync()).Should().BeEmpty();

        static async IAsyncEnumerable<string> Ids([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (string id in new[] { "fake-3", "fake-9", "fake-3" })
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                yield return id;
            }
        }
    }

    [Fact]
    public async Task FindManyAsync_does_not_find_expired_users()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(FakeUsers.Create(1) with { ExpiresAt = Now.AddSeconds(1) });
        Clock.Advance(TimeSpan.FromSeconds(1));

        (await store.FindManyAsync(["fake-1"], ReadConsistency.Strong).ReadAllAsync()).Should().Equal(new UserLookup<User>("fake-1", null));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(null)]
    public async Task FindManyAsync_returns_the_users_before_an_invalid_id(string? bad)
    {
        IUserStore<User> store = await CreateStoreAsync();
        await CreateManyAsync(store, 2);
        var found = new List<string>();

        Func<Task> read = async () =>
        {
            await foreach (UserLookup<User> lookup in store.FindManyAsync([.. Enumerable.Repeat("fake-1", 150), bad!, "fake-2"]))
                found.Add(lookup.Key.ToString());
        };

        if (bad is null)
            await read.Should().ThrowAsync<ArgumentNullException>();
        else
            (await read.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be("UserId");
        found.Should().HaveCount(150).And.OnlyContain(id => id == "fake-1");
    }

    [Fact]
    public async Task FindManyAsync_returns_the_users_before_the_failure_of_the_sequence()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await CreateManyAsync(store, 1);
        int found = 0;

        Func<Task> read = async () =>
        {
            await foreach (UserLookup<User> lookup in store.FindManyAsync(Failing()))
                found++;
        };

        await read.Should().ThrowAsync<InvalidTimeZoneException>();
        found.Should().Be(130);

        static IEnumerable<string> Failing()
        {
            for (int i = 0; i < 130; i++)
                yield return "fake-1";
            throw new InvalidTimeZoneException();
        }
    }

    [Fact]
    public async Task FindManyAsync_reads_an_endless_sequence_only_as_far_as_its_results_are_enumerated()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await CreateManyAsync(store, 1);
        int taken = 0;

        await foreach (UserLookup<User> lookup in store.FindManyAsync(Endless()))
        {
            if (lookup.User is null || ++taken == 250)
                break;
        }

        taken.Should().Be(250);

        static IEnumerable<string> Endless()
        {
            while (true)
                yield return "fake-1";
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(40)]
    public async Task Segments_return_every_user_once(int segments)
    {
        IUserStore<User> store = await CreateStoreAsync();
        IReadOnlyList<User> users = await CreateManyAsync(store, 100);
        var options = new UserListOptions { TotalSegments = segments, PageSize = 7, Consistency = ReadConsistency.Strong };

        List<UserSegmentPage<User>> pages = await store.ListSegmentsAsync(options).ReadAllAsync();

        pages.SelectMany(page => page.Users).Should().BeEquivalentTo(users);
        pages.Select(page => page.Segment).Distinct().Should().BeEquivalentTo(Enumerable.Range(0, segments));
        pages.Where(page => page.ContinuationToken is null).Select(page => page.Segment).Should().BeEquivalentTo(Enumerable.Range(0, segments));
        (await store.ListAsync(options).ReadAllAsync()).Should().BeEquivalentTo(users);
    }

    [Fact]
    public async Task An_interrupted_listing_resumes_each_segment_where_it_stopped()
    {
        IUserStore<User> store = await CreateStoreAsync();
        IReadOnlyList<User> users = await CreateManyAsync(store, 100);
        var options = new UserListOptions { TotalSegments = 4, PageSize = 5, Consistency = ReadConsistency.Strong };
        var positions = new Dictionary<int, string?>();
        var read = new List<User>();
        await foreach (UserSegmentPage<User> page in store.ListSegmentsAsync(options))
        {
            read.AddRange(page.Users);
            positions[page.Segment] = page.ContinuationToken;
            if (read.Count > 40)
                break;
        }

        await foreach (UserSegmentPage<User> page in store.ListSegmentsAsync(options with { ResumeFrom = positions }))
            read.AddRange(page.Users);

        read.Should().BeEquivalentTo(users).And.OnlyHaveUniqueItems();
        Dictionary<int, string?> finished = Enumerable.Range(0, 4).ToDictionary(segment => segment, _ => (string?)null);
        (await store.ListSegmentsAsync(options with { ResumeFrom = finished }).ReadAllAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Segments_and_their_tokens_are_validated()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await CreateManyAsync(store, 20);
        var options = new UserListOptions { TotalSegments = 2, PageSize = 1 };
        string token = (await store.ListSegmentsAsync(options).ReadAllAsync()).First(page => page.ContinuationToken is not null && page.Segment == 0)
            .ContinuationToken!;

        UserListOptions[] outOfRange =
        [
            options with { TotalSegments = 0 }, options with { TotalSegments = 1_000_001 }, options with { PageSize = 0 },
            options with { ResumeFrom = new Dictionary<int, string?> { [2] = token } },
            options with { ResumeFrom = new Dictionary<int, string?> { [-1] = token } },
        ];
        foreach (UserListOptions bad in outOfRange)
        {
            await Throws<ArgumentOutOfRangeException>(() => store.ListSegmentsAsync(bad).ReadAllAsync());
            store.Invoking(each => each.ListAsync(bad)).Should().Throw<ArgumentOutOfRangeException>("the call itself checks its arguments");
            store.Invoking(each => each.ListAsync(bad with { TotalSegments = 1, PageSize = 0 })).Should().Throw<ArgumentOutOfRangeException>();
        }

        store.Invoking(each => each.QueryByStatusAsync("active", limit: 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("limit");

        UserListOptions[] rejected =
        [
            options with { ResumeFrom = new Dictionary<int, string?> { [1] = token } },
            options with { TotalSegments = 3, ResumeFrom = new Dictionary<int, string?> { [0] = token } },
            options with { ResumeFrom = new Dictionary<int, string?> { [0] = "rubbish" } },
        ];
        foreach (UserListOptions bad in rejected)
            await Throws<InvalidContinuationTokenException>(() => store.ListSegmentsAsync(bad).ReadAllAsync());
        await Throws<ArgumentException>(() => store.ListPageAsync(options));
        await Throws<ArgumentNullException>(() => store.ListSegmentsAsync(null!).ReadAllAsync());

        static async Task Throws<TException>(Func<Task> call)
            where TException : Exception
            => await call.Should().ThrowAsync<TException>();
    }

    [Fact]
    public async Task Cancellation_stops_the_sequences()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await CreateManyAsync(store, 30);
        using var source = new CancellationTokenSource();

        Func<Task> list = async () =>
        {
            await foreach (UserSegmentPage<User> page in store.ListSegmentsAsync(new UserListOptions { TotalSegments = 3, PageSize = 1 }, source.Token))
                await source.CancelAsync();
        };
        Func<Task> find = () => store.FindManyAsync(["fake-1"], cancellationToken: source.Token).ReadAllAsync();

        await list.Should().ThrowAsync<OperationCanceledException>();
        await find.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Tokens_are_encrypted_when_keys_are_configured()
    {
        IUserStore<User> store = await CreateStoreAsync([Enumerable.Repeat((byte)7, 32).ToArray()]);
        await CreateManyAsync(store, 10);
        var query = new UserQuery<User>("status-index", UserStatus.Active) { PageSize = 2 };

        UserPage<User> first = await store.QueryPageAsync(query);
        UserPage<User> second = await store.QueryPageAsync(query, first.ContinuationToken);

        first.Users.Concat(second.Users).Should().OnlyHaveUniqueItems().And.HaveCount(4);
        first.ContinuationToken.Should().MatchRegex("^[A-Za-z0-9_-]+$");
        byte[] bytes = System.Buffers.Text.Base64Url.DecodeFromChars(first.ContinuationToken);
        System.Text.Encoding.Latin1.GetString(bytes).Should().NotContain("fake").And.NotContain("active");
        Func<Task> otherQuery = () => store.QueryPageAsync(query with { Direction = QueryDirection.Descending }, first.ContinuationToken);
        Func<Task> altered = () => store.QueryPageAsync(query, first.ContinuationToken![..^4] + "AAAA");
        await otherQuery.Should().ThrowAsync<InvalidContinuationTokenException>();
        await altered.Should().ThrowAsync<InvalidContinuationTokenException>();
        List<UserSegmentPage<User>> pages = await store.ListSegmentsAsync(new UserListOptions { TotalSegments = 2, PageSize = 1 }).ReadAllAsync();
        pages.SelectMany(page => page.Users).Should().HaveCount(10);
    }

    private static async Task<IReadOnlyList<User>> CreateManyAsync(IUserStore<User> store, int count)
        => await Task.WhenAll(FakeUsers.CreateMany(count).Select(user => Task.Run(() => store.CreateAsync(user with { Status = UserStatus.Active }))));
}
