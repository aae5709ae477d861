namespace UserStore.Fuzzing.Targets;

/// <summary>A call that takes a continuation token.</summary>
/// <param name="ReadAsync">Reads a page.</param>
/// <param name="Includes">Whether a user belongs to the pages.</param>
/// <param name="KeyAttributes">The attributes of the key from which a page of DynamoDB continues.</param>
/// <param name="ServerPosition">A valid position in DynamoDB.</param>
internal sealed record PageCall(
    Func<IUserStore<User>, string?, Task<UserPage<User>>> ReadAsync, Func<User, bool> Includes, string[] KeyAttributes, string ServerPosition)
{
    private const string UserKey = """{"user_id":{"S":"s3cret-1"}}""";

    private const string StatusKey =
        """{"status":{"S":"active"},"created_at":{"S":"2030-01-01T00:00:00.0000000Z"},"user_id":{"S":"s3cret-1"}}""";

    public static PageCall[] All(TimeProvider clock)
    {
        UserQuery<User> query = new("status-index", UserStatus.Active) { PageSize = 2 };
        UserQuery<User> range = query with { SortKey = SortKeyCondition.AtLeast(clock.GetUtcNow().AddDays(-1)), PinSortKey = true };
        string[] keys = ["created_at", "status", "user_id"];
        return
        [
            new((store, token) => store.ListPageAsync(new UserListOptions { PageSize = 2 }, token), _ => true, ["user_id"], UserKey),
            Of(query, StatusKey),
            Of(query with { Limit = 5 }, "~1" + StatusKey),
            Of(query with { Filter = user => user.Age > 1 || user.Name == "Fake", Direction = QueryDirection.Descending }, StatusKey),
            Of(range, "~028:2029-12-31T00:00:00.0000000Z" + StatusKey),
        ];

        PageCall Of(UserQuery<User> one, string position)
            => new((store, token) => store.QueryPageAsync(one, token), user => user.Status == UserStatus.Active, keys, position);
    }
}
