using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Users;
using UserStore.Paging;

namespace UserStore.DynamoDb.Reading;

/// <summary>Reads the pages of a segment of the whole table.</summary>
internal sealed class ListPager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, UserListOptions options, int segment = 0)
    : DynamoDbPager<TUser>(table, () => table.QueryInput.FingerprintOf(options, segment), limit: null)
    where TUser : class
{
    private readonly UserTable<TUser> _table = table;

    protected override async Task<ReadPage<TUser>> ReadAsync(string? position, int? remaining, CancellationToken cancellationToken)
    {
        Dictionary<string, AttributeValue>? startKey = StartKeyAt(position, query: null);
        StoreCall call = _table.Sender.Begin(cancellationToken);
        using ExpressionWriter writer = _table.Requests.NewExpression();
        writer.AndLiving(_table.Model, _table.Input.Now());
        string? filter = writer.TakeIfAny()?.Text;
        string projection = writer.TakeProjection(_table.Model).Text;
        var request = new ScanRequest
        {
            TableName = _table.TableName,
            Segment = segment,
            TotalSegments = options.TotalSegments,
            FilterExpression = filter,
            ProjectionExpression = projection,
            ConsistentRead = options.Consistency == ReadConsistency.Strong,
            Limit = options.PageSize,
            ExclusiveStartKey = startKey,
            ReturnConsumedCapacity = call.Capacity,
        };
        return await ToPageAsync(call, await _table.Requests.ScanAsync(
            call, request, writer, failure => ExplainInvalidAsync("Scan", position, failure)).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
