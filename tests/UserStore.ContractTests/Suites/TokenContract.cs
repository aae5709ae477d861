using UserStore.Modeling;
using UserStore.Paging;
using UserStore.Preparation;
using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

public abstract class TokenContract(StoreFactory stores) : Contract(stores)
{
    private static UserQuery<User> Query => new("status-index", UserStatus.Active) { PageSize = 1 };

    [Fact]
    public async Task Tokens_are_safe_in_a_url()
    {
        (_, string token) = await StartAsync();

        token.Should().MatchRegex("^[A-Za-z0-9_-]+$");
    }

    [Fact]
    public async Task Truncated_tokens_are_rejected()
    {
        (IUserStore<User> store, string token) = await StartAsync();

        for (int length = 0; length < token.Length; length += 3)
            await ShouldBeRejectedAsync(() => store.QueryPageAsync(Query, token[..length]));
        await ShouldBeRejectedAsync(() => store.QueryPageAsync(Query, token + "A"));
        await ShouldBeRejectedAsync(() => store.QueryPageAsync(Query, token + "AAAA"));
    }

    [Fact]
    public async Task Altered_tokens_are_rejected()
    {
        (IUserStore<User> store, string token) = await StartAsync();

        for (int at = 0; at < token.Length; at++)
            await ShouldBeRejectedAsync(() => store.QueryPageAsync(Query, token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..]));
        await ShouldBeRejectedAsync(() => store.QueryPageAsync(Query, "rubbish, not a token"));
        await ShouldBeRejectedAsync(() => store.ListPageAsync(null, "{}"));
    }

    [Fact]
    public async Task Tokens_of_another_query_are_rejected()
    {
        (IUserStore<User> store, string token) = await StartAsync();
        string ofList = (await store.ListPageAsync(new UserListOptions { PageSize = 1 })).ContinuationToken!;

        UserQuery<User>[] others =
        [
            new("status-index", UserStatus.Pending) { PageSize = 1 },
            new("email-index", "fake.user.1@example.test") { PageSize = 1 },
            Query with { Direction = QueryDirection.Descending },
            Query with { Limit = 10 },
            Query with { Filter = user => user.Age > 1 },
            Query with { SortKey = SortKeyCondition.AtLeast(Now) },
        ];
        foreach (UserQuery<User> other in others)
            await ShouldBeRejectedAsync(() => store.QueryPageAsync(other, token));
        await ShouldBeRejectedAsync(() => store.ListPageAsync(null, token));
        await ShouldBeRejectedAsync(() => store.QueryPageAsync(Query, ofList));
    }

    [Fact]
    public async Task Tokens_are_bound_to_the_values_of_a_filter()
    {
        (IUserStore<User> store, _) = await StartAsync();
        UserPage<User> page = await store.QueryPageAsync(OlderThan(0));

        await ShouldBeRejectedAsync(() => store.QueryPageAsync(OlderThan(1), page.ContinuationToken));
        (await store.QueryPageAsync(OlderThan(0), page.ContinuationToken)).Users.Should().ContainSingle();

        static UserQuery<User> OlderThan(int age) => Query with { Filter = user => user.Age > age };
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[[[")]
    [InlineData("~")]
    [InlineData("~0")]
    [InlineData("~3{}")]
    [InlineData("~0rubbish")]
    [InlineData("{\"user_id\":{\"N\":\"1\"}}")]
    [InlineData("{\"user_id\":{\"S\":\"\\ud800\"},\"status\":{\"S\":\"active\"},\"created_at\":{\"S\":\"2\"}}")]
    [InlineData("{\"user_id\":{\"S\":\"x\"},\"status\":{\"S\":\"pending\"},\"created_at\":{\"S\":\"2\"}}")]
    [InlineData("{\"user_id\":{\"S\":\"x\"},\"status\":{\"S\":\"active\"},\"created_at\":{\"S\":\"2\"},\"more\":7}")]
    [InlineData("{\"user_id\":{\"S\":\"x\",\"N\":\"1\"},\"status\":{\"S\":\"active\"},\"created_at\":{\"S\":\"2\"}}")]
    [InlineData("{\"Sort\":{\"Kind\":1,\"Text\":\"rubbish\"},\"Key\":\"x\"}")]
    [InlineData("{\"Sort\":{\"Kind\":1,\"Text\":\"7\"},\"Key\":\"x\"}")]
    [InlineData("{\"Sort\":{\"Kind\":9,\"Text\":\"7\"},\"Key\":\"x\"}")]
    [InlineData("{\"Sort\":{\"Kind\":0,\"Text\":\"\\ud800\"},\"Key\":\"x\"}")]
    [InlineData("{\"Sort\":null,\"Key\":\"x\"}")]
    [InlineData("{\"Sort\":{},\"Key\":\"x\"}")]
    [InlineData("{\"Sort\":{\"Kind\":0},\"Key\":\"x\"}")]
    public async Task Forged_tokens_with_a_valid_checksum_are_rejected(string position)
    {
        (IUserStore<User> store, _) = await StartAsync();
        byte[] fingerprint = new QueryInput<User>(UserModel.For<User>(new UserStoreOptions()), new UserStoreOptions()).PrepareQuery(Query).Fingerprint();

        await ShouldBeRejectedAsync(
            () => store.QueryPageAsync(Query, new ContinuationTokens([]).Encode(new ContinuationToken(position, Remaining: null), fingerprint)));
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("{\"Sort\":{\"Kind\":1,\"Text\":\"rubbish\"},\"Key\":\"x\"}")]
    [InlineData("{\"user_id\":{\"S\":\"x\"},\"city\":{\"S\":\"Faketown\"},\"score\":{\"N\":\"rubbish\"}}")]
    [InlineData("{\"user_id\":{\"S\":\"x\"},\"city\":{\"S\":\"Otherville\"},\"score\":{\"N\":\"1\"}}")]
    public async Task Forged_tokens_of_an_index_with_numbers_are_rejected(string position)
    {
        IUserStore<AppUser> store = await CreateStoreAsync<AppUser>();
        await store.CreateAsync(new AppUser { City = "Faketown", Score = 1 });
        var query = new UserQuery<AppUser>("city-score-index", "Faketown");
        byte[] fingerprint = new QueryInput<AppUser>(UserModel.For<AppUser>(new UserStoreOptions()), new UserStoreOptions()).PrepareQuery(query).Fingerprint();

        await ShouldBeRejectedAsync(
            () => store.QueryPageAsync(query, new ContinuationTokens([]).Encode(new ContinuationToken(position, Remaining: null), fingerprint)));
    }

    [Fact]
    public async Task The_failure_of_a_forged_token_quotes_nothing_of_it()
    {
        (IUserStore<User> store, _) = await StartAsync();
        byte[] fingerprint = new QueryInput<User>(UserModel.For<User>(new UserStoreOptions()), new UserStoreOptions()).PrepareQuery(Query).Fingerprint();
        string forged = new ContinuationTokens([]).Encode(new ContinuationToken("[nSecret]", Remaining: null), fingerprint);

        Func<Task> read = () => store.QueryPageAsync(Query, forged);

        (await read.Should().ThrowAsync<InvalidContinuationTokenException>()).Which.ToString().Should().NotContain("Secret");
    }

    [Theory]
    [InlineData("X")]
    [InlineData("rubbish")]
    public async Task Forged_tokens_of_an_audit_are_rejected(string position)
    {
        IUserStore<User> store = await CreateStoreAsync();
        byte[] fingerprint = ContinuationTokens.FingerprintOf($"unique-values-audit\n{typeof(User).FullName}");

        foreach (string forged in new[] { position, "U" + new string('x', 3000), "R" + new string('x', 3000) })
        {
            string token = new ContinuationTokens([]).Encode(new ContinuationToken(forged, Remaining: null), fingerprint);
            await ShouldBeRejectedAsync(() => AuditOf(store).CheckAsync(token).ReadAllAsync());
        }
    }

    [Fact]
    public async Task A_token_works_for_another_instance_of_the_same_query_and_can_be_reused()
    {
        (IUserStore<User> store, string token) = await StartAsync();

        UserPage<User> once = await store.QueryPageAsync(Query, token);
        UserPage<User> twice = await store.QueryPageAsync(Query, token);

        once.Users.Should().Equal(twice.Users);
    }

    private async Task<(IUserStore<User> Store, string Token)> StartAsync()
    {
        IUserStore<User> store = await CreateStoreAsync();
        foreach (User user in FakeUsers.CreateMany(3))
            await store.CreateAsync(user with { Status = UserStatus.Active });
        return (store, (await store.QueryPageAsync(Query)).ContinuationToken!);
    }

    private static async Task ShouldBeRejectedAsync(Func<Task> call) => await call.Should().ThrowAsync<InvalidContinuationTokenException>();
}
