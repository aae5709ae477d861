using System.Globalization;
using System.Text.RegularExpressions;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>A user with tags, a status and times in nanoseconds.</summary>
[DynamoDBTable("Users")]
public sealed record ServiceUser
{
    [DynamoDBHashKey("user_id")]
    [GeneratedKey]
    public string Id { get; init; } = "";

    [DynamoDBProperty("name")]
    public string? Name { get; init; }

    [DynamoDBProperty("email")]
    [Unique("email", Normalization = UniqueValueNormalization.Email)]
    public string? Email { get; init; }

    [DynamoDBProperty("status")]
    [DynamoDBGlobalSecondaryIndexHashKey("status-index")]
    public string Status { get; init; } = "active";

    [DynamoDBProperty("age")]
    public int? Age { get; init; }

    [DynamoDBProperty("tags")]
    public ValueList<string> Tags { get; init; } = [];

    [DynamoDBProperty("created_at", typeof(InstantConverter))]
    [CreatedAt]
    public DateTimeOffset CreatedAt { get; init; }

    [DynamoDBProperty("updated_at", typeof(InstantConverter))]
    [UpdatedAt]
    public DateTimeOffset UpdatedAt { get; init; }

    [DynamoDBVersion("version")]
    public long? Version { get; init; }

    [DynamoDBIgnore]
    [Revision]
    public string? Revision { get; init; }
}

/// <summary>A service that creates users unless they exist, sets three attributes at a time, imports in batches, and queries by status. It stores
/// times as RFC 3339 strings in nanoseconds, and omits an age of 0 and an empty list of tags.</summary>
public sealed partial class ServiceUserProgram(IAmazonDynamoDB client, string table) : TableProgram(client, table)
{
    public override Task CreateTableAsync() => CreateTableAsync("user_id", index: "status-index", indexKey: "status");

    public Task CreateAsync(int number, string name) => Client.PutItemAsync(new PutItemRequest
    {
        TableName = Table,
        Item = NewItem(number, name),
        ConditionExpression = "attribute_not_exists(user_id)",
    });

    public override Task PutAsync(int number, string name) => Client.BatchWriteItemAsync(new BatchWriteItemRequest
    {
        RequestItems = new() { [Table] = [new(new PutRequest(NewItem(number, name)))] },
    });

    public override Task RenameAsync(int number, string name) => SetAsync(number, name, $"fake.{number}@example.test");

    public Task SetEmailAsync(int number, string email) => SetAsync(number, "Fake", email);

    public Task SetCreatedAsync(int number, string createdAt)
        => Client.PutItemAsync(Table, new(NewItem(number, "Fake")) { ["created_at"] = new(createdAt) });

    public Task PutWithAgeAsync(int number, int age)
        => Client.PutItemAsync(Table, new(NewItem(number, "Fake")) { ["age"] = new() { N = $"{age}" } });

    private Task SetAsync(int number, string name, string email) => Client.UpdateItemAsync(new UpdateItemRequest
    {
        TableName = Table,
        Key = KeyOf(number),
        UpdateExpression = "SET #0 = :0, #1 = :1, #2 = :2",
        ConditionExpression = "attribute_exists (#3)",
        ExpressionAttributeNames = new() { ["#0"] = "name", ["#1"] = "email", ["#2"] = "updated_at", ["#3"] = "user_id" },
        ExpressionAttributeValues = new() { [":0"] = new(name), [":1"] = new(email), [":2"] = Now() },
        ReturnValues = ReturnValue.ALL_NEW,
    });

    public override Task DeleteAsync(int number)
        => Client.DeleteItemAsync(new DeleteItemRequest { TableName = Table, Key = KeyOf(number), ReturnValues = ReturnValue.ALL_OLD });

    public async Task<List<IReadOnlyDictionary<string, object>>> QueryByStatusAsync(string status, int limit)
    {
        QueryResponse response = await Client.QueryAsync(new QueryRequest
        {
            TableName = Table,
            IndexName = "status-index",
            KeyConditionExpression = "#0 = :0",
            ExpressionAttributeNames = new() { ["#0"] = "status" },
            ExpressionAttributeValues = new() { [":0"] = new(status) },
            Limit = limit,
        });
        return [.. response.Items.Select(Read)];
    }

    protected override Dictionary<string, AttributeValue> KeyOf(int number) => new() { ["user_id"] = new($"fake-{number}") };

    protected override Dictionary<string, AttributeValue> NewItem(int number, string name)
    {
        AttributeValue now = Now();
        Dictionary<string, AttributeValue> item = new(KeyOf(number))
        {
            ["name"] = new(name),
            ["email"] = new($"fake.{number}@example.test"),
            ["status"] = new("active"),
            ["created_at"] = now,
            ["updated_at"] = now,
        };
        if (number % 2 == 0)
            (item["age"], item["tags"]) = (new() { N = $"{number}" }, new() { L = [new("admin"), new("beta-tester")] });
        return item;
    }

    protected override IReadOnlyDictionary<string, object> Read(Dictionary<string, AttributeValue> item) => new Dictionary<string, object>
    {
        ["user_id"] = Text(item, "user_id"),
        ["name"] = Text(item, "name"),
        ["email"] = Text(item, "email"),
        ["status"] = Text(item, "status"),
        ["age"] = item.TryGetValue("age", out AttributeValue? age) ? int.Parse(age.N, CultureInfo.InvariantCulture) : 0,
        ["tags"] = item.TryGetValue("tags", out AttributeValue? tags) ? tags.L.ConvertAll(tag => tag.S) : [],
        ["created_at"] = Instant(item, "created_at"),
        ["updated_at"] = Instant(item, "updated_at"),
    };

    // Trailing zeros of the fraction are omitted, and the last two digits are below the precision of .NET.
    private static AttributeValue Now() => new(DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'89Z'", CultureInfo.InvariantCulture));

    private static DateTimeOffset Instant(Dictionary<string, AttributeValue> item, string name)
    {
        Match match = Rfc3339().Match(Text(item, name));
        if (!match.Success)
            throw new FormatException($"'{name}' is not an RFC 3339 string.");
        string fraction = match.Groups[2].Value.PadRight(7, '0')[..7];
        return DateTimeOffset.Parse($"{match.Groups[1]}.{fraction}{match.Groups[3]}", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
    }

    [GeneratedRegex(@"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex Rfc3339();
}
