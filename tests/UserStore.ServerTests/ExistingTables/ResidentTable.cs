using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>A user whose key is the email.</summary>
[DynamoDBTable("Users")]
public sealed record Resident(
    [property: DynamoDBHashKey("email")] string Email,
    [property: DynamoDBProperty("state")] string? State,
    [property: DynamoDBProperty("city")] string? City,
    [property: DynamoDBProperty("zipcode")] int Zipcode,
    [property: DynamoDBProperty("active")] bool IsActive = true)
{
    [DynamoDBVersion("version")]
    public int? Version { get; init; }

    [DynamoDBIgnore]
    [Revision]
    public string? Revision { get; init; }
}

/// <summary>A program that only puts whole items, without conditions.</summary>
public sealed class ResidentProgram(IAmazonDynamoDB client, string table) : TableProgram(client, table)
{
    public override Task CreateTableAsync() => CreateTableAsync("email");

    protected override Dictionary<string, AttributeValue> KeyOf(int number) => new() { ["email"] = new($"Fake.{number}@example.test") };

    protected override Dictionary<string, AttributeValue> NewItem(int number, string name) => new(KeyOf(number))
    {
        ["state"] = new("Ohio"),
        ["city"] = new(name),
        ["zipcode"] = new() { N = $"{45200 + number}" },
        ["active"] = new() { BOOL = true },
    };

    protected override IReadOnlyDictionary<string, object> Read(Dictionary<string, AttributeValue> item) => new Dictionary<string, object>
    {
        ["email"] = Text(item, "email"),
        ["state"] = Text(item, "state"),
        ["city"] = Text(item, "city"),
        ["zipcode"] = int.Parse(item["zipcode"].N, CultureInfo.InvariantCulture),
        ["active"] = item["active"].BOOL ?? throw new FormatException("'active' is not a Boolean."),
    };
}
