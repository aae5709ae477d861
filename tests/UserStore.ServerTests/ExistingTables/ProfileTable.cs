using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>A user whose time of creation the table has in milliseconds, which is how the SDK stores a date.</summary>
[DynamoDBTable("Users")]
public sealed record Profile
{
    [DynamoDBHashKey("id")]
    [GeneratedKey]
    public string Id { get; init; } = "";

    [DynamoDBProperty("createdAt")]
    [CreatedAt]
    public DateTime CreatedAt { get; init; }

    [DynamoDBProperty("name")]
    public string? Name { get; init; }

    [DynamoDBProperty("email")]
    [DynamoDBGlobalSecondaryIndexHashKey("email-index")]
    [Unique("email", Normalization = UniqueValueNormalization.Email)]
    public string? Email { get; init; }

    [DynamoDBVersion("version")]
    public long? Version { get; init; }

    [DynamoDBIgnore]
    [Revision]
    public string? Revision { get; init; }
}

/// <summary>A program that puts whole items, sets whatever attributes it is given, also of users that do not exist, and scans.</summary>
public sealed class ProfileProgram(IAmazonDynamoDB client, string table) : TableProgram(client, table)
{
    private const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override Task CreateTableAsync() => CreateTableAsync("id", index: "email-index", indexKey: "email");

    /// <summary>Creates a user unless there is one; returns whether it did.</summary>
    public async Task<bool> CreateIfNotExistsAsync(int number, string name)
    {
        try
        {
            await Client.PutItemAsync(new PutItemRequest
            {
                TableName = Table,
                Item = NewItem(number, name),
                ConditionExpression = "attribute_not_exists(id)",
            });
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    public override Task RenameAsync(int number, string name) => SetAsync(number, new() { ["name"] = new(name) });

    public Task SetAsync(int number, Dictionary<string, AttributeValue> updates) => Client.UpdateItemAsync(new UpdateItemRequest
    {
        TableName = Table,
        Key = KeyOf(number),
        UpdateExpression = $"SET {string.Join(", ", updates.Keys.Select(name => $"#{name} = :{name}"))}",
        ExpressionAttributeNames = updates.Keys.ToDictionary(name => $"#{name}", name => name),
        ExpressionAttributeValues = updates.ToDictionary(update => $":{update.Key}", update => update.Value),
        ReturnValues = ReturnValue.ALL_NEW,
    });

    public async Task<List<IReadOnlyDictionary<string, object>>> ListAsync()
        => [.. (await Client.ScanAsync(new ScanRequest(Table))).Items.Select(Read)];

    public async Task<IReadOnlyDictionary<string, object>?> FindByEmailAsync(string email)
    {
        QueryResponse response = await Client.QueryAsync(new QueryRequest
        {
            TableName = Table,
            IndexName = "email-index",
            KeyConditionExpression = "email = :email",
            ExpressionAttributeValues = new() { [":email"] = new(email) },
        });
        return response.Items is [var first, ..] ? Read(first) : null;
    }

    protected override Dictionary<string, AttributeValue> KeyOf(int number) => new() { ["id"] = new($"fake-{number}") };

    protected override Dictionary<string, AttributeValue> NewItem(int number, string name) => new(KeyOf(number))
    {
        ["createdAt"] = new(DateTime.UtcNow.ToString(InstantFormat, CultureInfo.InvariantCulture)),
        ["name"] = new(name),
        ["email"] = new($"fake.{number}@example.test"),
    };

    protected override IReadOnlyDictionary<string, object> Read(Dictionary<string, AttributeValue> item) => new Dictionary<string, object>
    {
        ["id"] = Text(item, "id"),
        ["createdAt"] = DateTime.ParseExact(
            Text(item, "createdAt"), InstantFormat, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal),
        ["name"] = Text(item, "name"),
        ["email"] = Text(item, "email"),
    };
}
