using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>A user without a version, with the names of attributes by the casing of the table.</summary>
[DynamoDBTable("Users", CaseMode.CamelCase)]
public sealed class Customer
{
    public string UserId { get; set; } = "";

    public string? Name { get; set; }

    public string? Email { get; set; }
}

/// <summary>A program that puts, gets and deletes whole items.</summary>
public sealed class CustomerProgram(IAmazonDynamoDB client, string table) : TableProgram(client, table)
{
    public override Task CreateTableAsync() => CreateTableAsync("userId");

    /// <summary>Creates a user, who must not exist.</summary>
    public Task CreateAsync(int number, string name) => Client.PutItemAsync(new PutItemRequest
    {
        TableName = Table,
        Item = NewItem(number, name),
        ConditionExpression = "attribute_not_exists(userId)",
    });

    protected override Dictionary<string, AttributeValue> KeyOf(int number) => new() { ["userId"] = new($"{number}") };

    protected override Dictionary<string, AttributeValue> NewItem(int number, string name)
        => new(KeyOf(number)) { ["name"] = new(name), ["email"] = new($"fake.{number}@example.test") };

    protected override IReadOnlyDictionary<string, object> Read(Dictionary<string, AttributeValue> item) => new Dictionary<string, object>
    {
        ["userId"] = Text(item, "userId"),
        ["name"] = Text(item, "name"),
        ["email"] = Text(item, "email"),
    };
}
