using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>A user without attributes of the store, whose roles the options describe.</summary>
public sealed class CopiedResident
{
    [DynamoDBProperty("state")]
    public string State { get; set; } = "";

    [DynamoDBProperty("city")]
    public string City { get; set; } = "";

    [DynamoDBProperty("email")]
    public string? Email { get; set; }

    [DynamoDBProperty("active")]
    public bool IsActive { get; set; }

    [DynamoDBProperty("version")]
    public long? Version { get; set; }

    [DynamoDBIgnore]
    public string? Revision { get; set; }
}

/// <summary>A program that puts a copy of the strings and Booleans of each item of another table.</summary>
public sealed class CopiedResidentProgram(IAmazonDynamoDB client, string table) : TableProgram(client, table)
{
    public override Task CreateTableAsync() => CreateTableAsync("state", sortKey: "city");

    /// <summary>Copies an item of the other table, whatever its attributes are.</summary>
    public Task CopyAsync(Dictionary<string, AttributeValue> item) => Client.PutItemAsync(
        Table, item.Where(attribute => attribute.Value is { S: not null } or { BOOL: not null }).ToDictionary(StringComparer.Ordinal));

    protected override Dictionary<string, AttributeValue> KeyOf(int number) => new() { ["state"] = new("Ohio"), ["city"] = new($"Faketown {number}") };

    protected override Dictionary<string, AttributeValue> NewItem(int number, string name)
        => new(KeyOf(number)) { ["email"] = new(name), ["active"] = new() { BOOL = true } };

    protected override IReadOnlyDictionary<string, object> Read(Dictionary<string, AttributeValue> item) => new Dictionary<string, object>
    {
        ["state"] = Text(item, "state"),
        ["city"] = Text(item, "city"),
        ["email"] = Text(item, "email"),
        ["active"] = item["active"].BOOL ?? throw new FormatException("'active' is not a Boolean."),
    };
}
