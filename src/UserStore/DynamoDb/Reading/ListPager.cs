using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Users;

namespace UserStore.DynamoDb.Reading;

/// <summary>Reads the pages of a segment of the whole table.</summary>
internal sealed class ListPager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, UserListOptions options, int segment = 0)
    : DynamoDbPager<TUser>(table, table.QueryInput.FingerprintOf(options, segment), limit: null)
    where TUser : User
{
    private readonly UserTable<TUser> _table = table;

    protected override Task<(IReadOnlyList<TUser> Users, string? Position)> ReadAsync(
        string? position, int? remaining, CancellationToken cancellationToken)
    {
        ThrowUnlessStartKey(position, query: null);
        var writer = new ExpressionWriter();
        var config = new ScanOperationConfig
        {
            Segment = segment,
            TotalSegments = options.TotalSegments,
            FilterExpression = writer.ToExpression(writer.NotExpired(_table.Model, _table.Input.Now())),
            ConsistentRead = options.Consistency == ReadConsistency.Strong,
            Limit = options.PageSize ?? int.MaxValue,
            PaginationToken = position,
        };
        var target = new FromScanConfig { OverrideTableName = _table.Schema.UsersTableWithoutPrefix };
        return _table.Sender.Begin(cancellationToken).SendAsync(
            "Scan",
            _table.Users,
            token => ReadNextAsync(_table.Context.FromScanAsync<TUser>(config, target), token),
            failure => ExplainInvalidAsync("Scan", position, failure));
    }
}
