using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace UserStore.Benchmarks;

/// <summary>The baseline: a service with hand-written mapping of the same fields, and one condition but no other checks.</summary>
internal sealed class HandWritten(IAmazonDynamoDB client)
{
    private const string Table = "Users";

    public async Task<PlainUser?> FindAsync(string id)
    {
        GetItemResponse response = await client.GetItemAsync(new GetItemRequest { TableName = Table, Key = Key(id) });
        return response.Item is { Count: > 0 } item ? From(item) : null;
    }

    public async Task CreateAsync(PlainUser user) => await client.PutItemAsync(new PutItemRequest
    {
        TableName = Table,
        Item = To(user),
        ConditionExpression = "attribute_not_exists(user_id)",
    });

    public async Task<PlainUser> UpdateAsync(string id, string name)
    {
        UpdateItemResponse response = await client.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = Table,
            Key = Key(id),
            UpdateExpression = "SET #n = :n, updated_at = :u",
            ConditionExpression = "attribute_exists(user_id)",
            ExpressionAttributeNames = new() { ["#n"] = "name" },
            ExpressionAttributeValues = new() { [":n"] = new(name), [":u"] = new(Text(DateTimeOffset.UtcNow)) },
            ReturnValues = ReturnValue.ALL_NEW,
        });
        return From(response.Attributes);
    }

    public async Task SaveAsync(PlainUser user) => await client.PutItemAsync(new PutItemRequest
    {
        TableName = Table,
        Item = To(user),
        ConditionExpression = "version = :v",
        ExpressionAttributeValues = new() { [":v"] = new() { N = user.Version.ToString(CultureInfo.InvariantCulture) } },
    });

    public async Task<List<PlainUser>> QueryAsync(string status)
    {
        QueryResponse response = await client.QueryAsync(new QueryRequest
        {
            TableName = Table,
            IndexName = "status-index",
            KeyConditionExpression = "#s = :s",
            ExpressionAttributeNames = new() { ["#s"] = "status" },
            ExpressionAttributeValues = new() { [":s"] = new(status) },
        });
        return [.. response.Items.Select(From)];
    }

    public async Task<List<PlainUser>> ListAsync()
        => [.. (await client.ScanAsync(new ScanRequest { TableName = Table })).Items.Select(From)];

    private static Dictionary<string, AttributeValue> Key(string id) => new() { ["user_id"] = new(id) };

    private static string Text(DateTimeOffset instant) => instant.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    private static Dictionary<string, AttributeValue> To(PlainUser user) => new()
    {
        ["user_id"] = new(user.Id),
        ["email"] = new(user.Email),
        ["name"] = new(user.Name),
        ["status"] = new(user.Status),
        ["created_at"] = new(Text(user.CreatedAt)),
        ["updated_at"] = new(Text(user.UpdatedAt)),
        ["age"] = new() { N = user.Age.ToString(CultureInfo.InvariantCulture) },
        ["tags"] = new() { L = [.. user.Tags.Select(tag => new AttributeValue(tag))] },
        ["version"] = new() { N = user.Version.ToString(CultureInfo.InvariantCulture) },
    };

    private static PlainUser From(Dictionary<string, AttributeValue> item) => new(
        item["user_id"].S,
        item["email"].S,
        item["name"].S,
        item["status"].S,
        DateTimeOffset.Parse(item["created_at"].S, CultureInfo.InvariantCulture),
        DateTimeOffset.Parse(item["updated_at"].S, CultureInfo.InvariantCulture),
        int.Parse(item["age"].N, CultureInfo.InvariantCulture),
        [.. item["tags"].L.Select(tag => tag.S)],
        long.Parse(item["version"].N, CultureInfo.InvariantCulture));
}

internal sealed record PlainUser(
    string Id,
    string Email,
    string Name,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    int Age,
    List<string> Tags,
    long Version);
