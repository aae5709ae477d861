using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>A limit costs few requests when expired users are read, and few items when none are.</summary>
public sealed class LimitTests : ServerTest
{
    private static readonly UserQuery<User> One = new("status-index", UserStatus.Active) { Limit = 1 };

    [Fact]
    public async Task One_user_behind_590_expired_ones_takes_three_requests()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await PutExpiredAsync(590);
        User live = await store.CreateAsync(FakeUsers.Create(1) with { Status = UserStatus.Active });
        Sent();

        (await store.QueryAsync(One).ReadAllAsync()).Should().Equal(live);
        Sent().Should().HaveCount(3);
        (await store.QueryByStatusAsync(UserStatus.Active, limit: 1).ReadAllAsync()).Should().Equal(live);
        Sent().Should().HaveCount(3);
        (await ReadPagesAsync(store, One)).Should().Equal(live);
        Sent().Should().HaveCount(3);
        (await store.QueryAsync(One with { Filter = user => user.Name != "nobody" }).ReadAllAsync()).Should().Equal(live);
        Sent().Should().HaveCount(1);
    }

    [Fact]
    public async Task Without_expired_users_a_limit_reads_no_more_items_than_it_returns()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        for (int i = 0; i < 9; i++)
            await store.CreateAsync(FakeUsers.Create(i) with { Status = UserStatus.Active, CreatedAt = Clock.GetUtcNow().AddSeconds(i) });
        List<int> limits = RecordLimits();

        (await store.QueryAsync(One with { Limit = 5 }).ReadAllAsync()).Should().HaveCount(5);
        limits.Should().Equal(5);
        limits.Clear();
        (await ReadPagesAsync(store, One with { Limit = 5, PageSize = 2 })).Should().HaveCount(5);
        limits.Should().Equal(2, 2, 1);
    }

    [Fact]
    public async Task An_expired_user_makes_the_next_request_read_a_moderate_number_of_items()
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        await PutExpiredAsync(1);
        for (int i = 0; i < 3; i++)
            await store.CreateAsync(FakeUsers.Create(i) with { Status = UserStatus.Active });
        List<int> limits = RecordLimits();

        (await store.QueryAsync(One with { Limit = 2 }).ReadAllAsync()).Should().HaveCount(2);

        limits.Should().Equal(2, 32);
    }

    private List<int> RecordLimits()
    {
        List<int> limits = [];
        Wire.BeforeRequest = request =>
        {
            using JsonDocument body = JsonDocument.Parse(request.Body);
            limits.Add(body.RootElement.GetProperty("Limit").GetInt32());
            return Task.CompletedTask;
        };
        return limits;
    }

    private static async Task<List<User>> ReadPagesAsync(DynamoDbUserStore<User> store, UserQuery<User> query)
    {
        var users = new List<User>();
        string? token = null;
        do
        {
            UserPage<User> page = await store.QueryPageAsync(query, token);
            users.AddRange(page.Users);
            token = page.ContinuationToken;
        }
        while (token is not null);
        return users;
    }

    private async Task PutExpiredAsync(int count)
    {
        string expired = $"{Clock.GetUtcNow().ToUnixTimeSeconds() - 1}";
        foreach (int[] batch in Enumerable.Range(0, count).Chunk(25))
        {
            await Server.Client.BatchWriteItemAsync(new BatchWriteItemRequest
            {
                RequestItems = new()
                {
                    [Table] = [.. batch.Select(i => new WriteRequest(new PutRequest(new()
                    {
                        ["user_id"] = new($"expired-{i}"),
                        ["status"] = new(UserStatus.Active),
                        ["created_at"] = new("2001-01-01T00:00:00.0000000Z"),
                        ["updated_at"] = new("2001-01-01T00:00:00.0000000Z"),
                        ["expires_at"] = new() { N = expired },
                    })))],
                },
            });
        }
    }
}
