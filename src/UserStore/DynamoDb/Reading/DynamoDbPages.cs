using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Paging;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Reading;

/// <summary>Reads pages of queries and of the whole table through the SDK's context, one request each.</summary>
internal sealed class DynamoDbPages<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(UserTable<TUser> table)
    where TUser : User
{
    public UserPager<TUser> Of(PreparedQuery query) => new(table.Queries.Tokens, query.Fingerprint, query.Limit, (position, remaining, cancellationToken) =>
    {
        var writer = new ExpressionWriter();
        string key = writer.KeyCondition(query);
        string filter = writer.NotExpired(table.Model, table.Requests.Now());
        if (query.Filter is not null)
            filter = $"{filter} AND {writer.Condition(query.Filter)}";
        var config = new QueryOperationConfig
        {
            IndexName = table.Schema.Users.NameOf(query.Index),
            // The SDK joins names and values of both expressions; all of them stand in the first.
            KeyExpression = writer.ToExpression(key),
            FilterExpression = new Expression { ExpressionStatement = filter },
            BackwardSearch = query.Direction == QueryDirection.Descending,
            Limit = query.ItemsToRead(remaining) ?? int.MaxValue,
            PaginationToken = position,
        };
        var target = new FromQueryConfig { OverrideTableName = table.Schema.UsersTableWithoutPrefix };
        return ReadAsync("Query", () => table.Context.FromQueryAsync<TUser>(config, target), position, query.Index, cancellationToken);
    });

    /// <param name="options">The options of the listing.</param>
    /// <param name="segment">The segment to read.</param>
    public UserPager<TUser> Of(UserListOptions options, int segment = 0)
        => new(table.Queries.Tokens, table.Queries.FingerprintOf(options, segment), limit: null, (position, _, cancellationToken) =>
        {
            var writer = new ExpressionWriter();
            var config = new ScanOperationConfig
            {
                Segment = segment,
                TotalSegments = options.TotalSegments,
                FilterExpression = writer.ToExpression(writer.NotExpired(table.Model, table.Requests.Now())),
                ConsistentRead = options.Consistency == ReadConsistency.Strong,
                Limit = options.PageSize ?? int.MaxValue,
                PaginationToken = position,
            };
            var target = new FromScanConfig { OverrideTableName = table.Schema.UsersTableWithoutPrefix };
            return ReadAsync("Scan", () => table.Context.FromScanAsync<TUser>(config, target), position, index: null, cancellationToken);
        });

    private Task<(IReadOnlyList<TUser> Users, string? Position)> ReadAsync(
        string operation, Func<IAsyncSearch<TUser>> start, string? position, MappedIndex? index, CancellationToken cancellationToken)
    {
        if (position is not null && !IsStartKey(position, index))
            throw new InvalidContinuationTokenException("holds no key to go on from");

        return table.Sender.Begin(cancellationToken).SendAsync<(IReadOnlyList<TUser>, string?)>(
            operation,
            table.Users,
            async token =>
            {
                IAsyncSearch<TUser> search = start();
                List<TUser> users = await search.GetNextSetAsync(token).ConfigureAwait(false);
                users.ForEach(static user => UserItems<TUser>.AsRead(user));
                return (users, search.IsDone ? null : search.PaginationToken);
            },
            refusal => Task.FromResult<UserStoreException>(position is null
                ? new UserStoreUnavailableException(
                    $"{operation} on table '{table.TableName}' was refused by DynamoDB; the inner exception says why.", refusal, isTransient: false)
                : new InvalidContinuationTokenException("was refused by DynamoDB", refusal)));
    }

    // The SDK takes any JSON for a key and fails in many ways on what is none.
    private bool IsStartKey(string position, MappedIndex? index)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(position);
            return json.RootElement.ValueKind == JsonValueKind.Object && table.Schema.Users.StartKeyOf(index).All(key =>
                json.RootElement.TryGetProperty(key.AttributeName, out JsonElement value)
                && value.ValueKind == JsonValueKind.Object
                && value.TryGetProperty(key.AttributeType.Value, out JsonElement text)
                && text.ValueKind == JsonValueKind.String);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
