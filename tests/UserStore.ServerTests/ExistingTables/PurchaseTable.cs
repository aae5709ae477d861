using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>An item of a user with a key of two parts, with a version but without a revision.</summary>
[DynamoDBTable("Users")]
public sealed class Purchase
{
    [DynamoDBHashKey("userId")]
    public string UserId { get; set; } = "";

    [DynamoDBRangeKey("orderId")]
    [GeneratedKey]
    public string OrderId { get; set; } = "";

    [DynamoDBProperty("name")]
    public string? Name { get; set; }

    [DynamoDBVersion("version")]
    public long? Version { get; set; }
}

/// <summary>A program that puts whole items and queries those of one user.</summary>
public sealed class PurchaseProgram(IAmazonDynamoDB client, string table) : TableProgram(client, table)
{
    public override Task CreateTableAsync() => CreateTableAsync("userId", sortKey: "orderId");

    public async Task<List<IReadOnlyDictionary<string, object>>> QueryAsync(string userId)
    {
        QueryResponse response = await Client.QueryAsync(new QueryRequest
        {
            TableName = Table,
            KeyConditionExpression = "userId = :uid",
            ExpressionAttributeValues = new() { [":uid"] = new(userId) },
        });
        return [.. response.Items.Select(Read)];
    }

    protected override Dictionary<string, AttributeValue> KeyOf(int number) => new() { ["userId"] = new("123"), ["orderId"] = new($"order-{number}") };

    protected override Dictionary<string, AttributeValue> NewItem(int number, string name) => new(KeyOf(number)) { ["name"] = new(name) };

    protected override IReadOnlyDictionary<string, object> Read(Dictionary<string, AttributeValue> item) => new Dictionary<string, object>
    {
        ["userId"] = Text(item, "userId"),
        ["orderId"] = Text(item, "orderId"),
        ["name"] = Text(item, "name"),
    };
}
