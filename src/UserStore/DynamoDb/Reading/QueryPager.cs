using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Users;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Reading;

/// <summary>Reads the pages of a query.</summary>
internal sealed class QueryPager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, PreparedQuery query)
    : DynamoDbPager<TUser>(table, query.Fingerprint, query.Limit)
    where TUser : User
{
    private readonly UserTable<TUser> _table = table;

    protected override async Task<(IReadOnlyList<TUser> Users, string? Position)> ReadAsync(
        string? position, int? remaining, CancellationToken cancellationToken)
    {
        QueryPosition start = QueryPosition.Of(query, position);
        ThrowUnlessStartKey(start.Key, query);
        var writer = new ExpressionWriter();
        string key = writer.KeyCondition(start.Query);
        string filter = writer.NotExpired(_table.Model, _table.Input.Now());
        if (query.Filter is not null)
            filter = $"{filter} AND {writer.Condition(query.Filter)}";
        var config = new QueryOperationConfig
        {
            IndexName = _table.Schema.Users.NameOf(query.Index),
            // The SDK merges names and values of both expressions; the first one has all of them.
            KeyExpression = writer.ToExpression(key),
            FilterExpression = new Expression { ExpressionStatement = filter },
            BackwardSearch = query.Direction == QueryDirection.Descending,
            Limit = start.ItemsToRead(remaining) ?? int.MaxValue,
            PaginationToken = start.Key,
        };
        var target = new FromQueryConfig { OverrideTableName = _table.Schema.UsersTableWithoutPrefix };
        (IReadOnlyList<TUser> users, string? last) = await _table.Sender.Begin(cancellationToken).SendAsync(
            "Query",
            _table.Users,
            token => ReadNextAsync(_table.Context.FromQueryAsync<TUser>(config, target), token),
            failure => ExplainInvalidAsync("Query", start.Key, failure)).ConfigureAwait(false);
        return (users, start.After(remaining, last));
    }
}
