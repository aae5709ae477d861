using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Paging;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Reading;

/// <summary>Reads the pages of a query.</summary>
internal sealed class QueryPager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, PreparedQuery query)
    : DynamoDbPager<TUser>(table, query.Fingerprint, query.Limit)
    where TUser : class
{
    private readonly UserTable<TUser> _table = table;

    protected override async Task<ReadPage<TUser>> ReadAsync(string? position, int? remaining, CancellationToken cancellationToken)
    {
        QueryPosition start = QueryPosition.Of(query, position);
        Dictionary<string, AttributeValue>? startKey = StartKeyAt(start.Key, query);
        StoreCall call = _table.Sender.Begin(cancellationToken);
        var writer = new ExpressionWriter();
        string key = writer.KeyCondition(start.Query);
        string? filter = writer.Living(_table.Model, _table.Input.Now(), query.Index.PartitionKey, query.Index.SortKey);
        if (query.Filter is not null)
            filter = ExpressionWriter.Both(filter, writer.Condition(query.Filter));
        string projection = writer.Projection(_table.Model);
        var request = new QueryRequest
        {
            TableName = _table.TableName,
            IndexName = query.Index.IsTable ? null : _table.Schema.Users.NameOf(query.Index),
            KeyConditionExpression = key,
            FilterExpression = filter,
            // DynamoDB rejects it if the index lacks one of the attributes, so that no part of a user is missing.
            ProjectionExpression = projection,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ScanIndexForward = query.Direction == QueryDirection.Ascending,
            Limit = start.ItemsToRead(remaining),
            ExclusiveStartKey = startKey,
            ReturnConsumedCapacity = call.Capacity,
        };
        QueryResponse response = await call.SendAsync(
            "Query",
            _table.Users,
            token => _table.Client.QueryAsync(request, token),
            failure => ExplainInvalidAsync("Query", start.Key, failure)).ConfigureAwait(false);
        ReadPage<TUser> page = ToPage(response.Items, response.LastEvaluatedKey);
        return page with { Position = start.After(remaining, page.Position) };
    }
}
