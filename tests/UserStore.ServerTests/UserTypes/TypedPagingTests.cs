using System.Security.Cryptography;
using UserStore.DynamoDb;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.UserTypes;

/// <summary>Pages of users with a key of two parts resume in another process at any user, and not in another query.</summary>
public sealed class MemberPagingTests() : TypedServerTest<Member>(UserKinds.Member)
{
    private static readonly UserQuery<Member> Partition = UserQuery<Member>.OfPartition("tenant-1") with { PageSize = 2 };

    private static readonly (UserQuery<Member> Query, int[] Points)[] Queries =
    [
        (Partition, [1, 11, 3, 5, 7, 9]), // in the order of the sort keys
        (Partition with { Direction = QueryDirection.Descending }, [9, 7, 5, 3, 11, 1]),
        (Partition with { SortKey = SortKeyCondition.StartsWith("member-1") }, [1, 11]),
        (Partition with { SortKey = SortKeyCondition.AtLeast("member-3"), PinSortKey = true }, [3, 5, 7, 9]),
        (Partition with { Filter = member => member.Points > 3 }, [11, 5, 7, 9]),
        (Partition with { Limit = 4 }, [1, 11, 3, 5]),
        (UserQuery<Member>.OfPartition("tenant-0") with { PageSize = 2 }, [10, 12, 2, 4, 6, 8]),
        (new UserQuery<Member>("points-index", "tenant-1") { PageSize = 2 }, [1, 3, 5, 7, 9, 11]),
        (new UserQuery<Member>("points-index", "tenant-1") { PageSize = 2, SortKey = SortKeyCondition.AtLeast(3) }, [3, 5, 7, 9, 11]),
        (new UserQuery<Member>("points-index", "tenant-0") { PageSize = 2, Direction = QueryDirection.Descending }, [12, 10, 8, 6, 4, 2]),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_resume_after_each_token_and_tokens_of_other_queries_are_refused(bool isEncrypted)
    {
        if (isEncrypted)
            Options.TokenKeys.Add(RandomNumberGenerator.GetBytes(32));
        await CreateManyAsync(12);
        foreach (int number in new[] { 51, 60 })
            await PutOtherKindAsync(likeNumber: number - 50, number);
        var tokens = new List<(UserQuery<Member>? Query, string Token)>();

        foreach ((UserQuery<Member> query, int[] points) in Queries)
        {
            (await ReadPagesAsync(token => NewStore().QueryPageAsync(query, token), token => tokens.Add((query, token))))
                .Should().Equal(points, "it is the query {0}", query);
        }

        var list = new UserListOptions { PageSize = 2 };
        (await ReadPagesAsync(token => NewStore().ListPageAsync(list, token), token => tokens.Add((null, token)))).Should().BeEquivalentTo(
            Enumerable.Range(1, 12));

        tokens.Should().HaveCountGreaterThan(20);
        foreach ((UserQuery<Member>? query, string token) in tokens.DistinctBy(entry => entry.Query))
        {
            foreach (UserQuery<Member> other in Queries.Select(entry => entry.Query).Where(other => other != query))
                await ShouldBeRefusedAsync(() => Store.QueryPageAsync(other, token));
            if (query is not null)
                await ShouldBeRefusedAsync(() => Store.ListPageAsync(list, token));
            await ShouldBeRefusedAsync(() => new DynamoDbUserStore<Visitor>(Client, Stores.NewOptions()).ListPageAsync(list, token));
        }
    }

    private DynamoDbUserStore<Member> NewStore() => new(Client, Options, Stores.Time);

    private static async Task<List<int>> ReadPagesAsync(Func<string?, Task<UserPage<Member>>> readAsync, Action<string> note)
    {
        List<int> points = [];
        string? token = null;
        do
        {
            UserPage<Member> page = await readAsync(token);
            points.AddRange(page.Users.Select(member => member.Points));
            token = page.ContinuationToken;
            if (token is not null)
                note(token);
        }
        while (token is not null);
        return points;
    }

    private static async Task ShouldBeRefusedAsync(Func<Task> call) => await call.Should().ThrowAsync<InvalidContinuationTokenException>();
}

/// <summary>Segments of a table with a number as its key resume in another process.</summary>
public sealed class VisitorPagingTests() : TypedServerTest<Visitor>(UserKinds.Visitor)
{
    [Fact]
    public async Task Segments_resume_and_a_partition_that_is_the_whole_key_is_no_query()
    {
        for (int number = -6; number < 6; number++)
            await CreateAsync(number);
        var positions = new Dictionary<int, string?>();
        var read = new List<long>();

        while (!(positions.Count == 2 && positions.Values.All(position => position is null)))
        {
            var options = new UserListOptions { TotalSegments = 2, PageSize = 2, ResumeFrom = positions };
            await foreach (UserSegmentPage<Visitor> page in OtherStore().ListSegmentsAsync(options))
            {
                read.AddRange(page.Users.Select(visitor => visitor.Number));
                positions[page.Segment] = page.ContinuationToken;
                break; // as if the process ended after each page
            }
        }

        read.Should().BeEquivalentTo(Enumerable.Range(-6, 12).Select(number => (long)number));
        (await Store.Invoking(store => store.QueryPageAsync(UserQuery<Visitor>.OfPartition(1))).Should().ThrowAsync<InvalidUserException>())
            .WithMessage("*no sort key*");
    }
}
