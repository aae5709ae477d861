using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Paging;

namespace UserStore.DynamoDb.Reading;

/// <summary>Reads the pages of a segment of the whole table.</summary>
internal sealed class ListPager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, UserListOptions options, int segment = 0)
    : DynamoDbPager<TUser>(table, table.QueryInput.FingerprintOf(options, segment), limit: null)
    where TUser : class
{
    private readonly UserTable<TUser> _table = table;

    protected override async Task<ReadPage<TUser>> ReadAsync(string? position, int? remaining, CancellationToken cancellationToken)
    {
        Dictionary<string, AttributeValue>? startKey = StartKeyAt(position, query: null);
        StoreCall call = _table.Sender.Begin(cancellationToken);
        var writer = new ExpressionWriter();
        string? filter = writer.Living(_table.Model, _table.Input.Now());
        string projection = writer.Projection(_table.Model);
        var request = new ScanRequest
        {
            TableName = _table.TableName,
            Segment = segment,
            TotalSegments = options.TotalSegments,
            FilterExpression = filter,
            ProjectionExpression = projection,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
            ConsistentRead = options.Consistency == ReadConsistency.Strong,
            Limit = options.PageSize,
            ExclusiveStartKey = startKey,
            ReturnConsumedCapacity = call.Capacity,
        };
        ScanResponse response = await call.SendAsync(
            "Scan",
            _table.Users,
            token => _table.Client.ScanAsync(request, token),
            failure => ExplainInvalidAsync("Scan", position, failure)).ConfigureAwait(false);
        return ToPage(response.Items, response.LastEvaluatedKey);
    }
}
