using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
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
        using ExpressionWriter writer = _table.Requests.NewExpression();
        writer.AndKey(start.Query);
        string key = writer.Take().Text;
        writer.AndLiving(_table.Model, _table.Input.Now(), query.Index.PartitionKey, query.Index.SortKey);
        if (query.Filter is not null)
            writer.AndCondition(query.Filter);
        string? filter = writer.TakeIfAny()?.Text;
        string projection = writer.TakeProjection(_table.Model).Text;
        var request = new QueryRequest
        {
            TableName = _table.TableName,
            IndexName = query.Index.IsTable ? null : _table.Schema.NameOf(query.Index),
            KeyConditionExpression = key,
            FilterExpression = filter,
            // DynamoDB rejects it if the index lacks one of the attributes, so that no part of a user is missing.
            ProjectionExpression = projection,
            ScanIndexForward = query.Direction == QueryDirection.Ascending,
            Limit = start.ItemsToRead(remaining),
            ExclusiveStartKey = startKey,
            ReturnConsumedCapacity = call.Capacity,
        };
        ReadPage<TUser> page = await ToPageAsync(call, await _table.Requests.QueryAsync(
            call, request, writer, failure => ExplainInvalidAsync("Query", start.Key, failure)).ConfigureAwait(false)).ConfigureAwait(false);
        return page with { Position = start.After(remaining, page.Position) };
    }
}
