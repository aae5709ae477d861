using Amazon.DynamoDBv2.DataModel;

namespace UserStore.TestKit.UserTypes;

/// <summary>A class with a number as its key, whose constructor sets it; without version, times and expiry.</summary>
[DynamoDBTable("Visitors", CaseMode.CamelCase)]
[GenerateUserMapping]
public sealed class Visitor
{
    [DynamoDBConstructor]
    public Visitor(long number, string? name)
    {
        (Number, Name) = (number, name);
    }

    [DynamoDBHashKey]
    public long Number { get; }

    public string? Name { get; }

    [DynamoDBProperty("badge")]
    [Unique("badge")]
    public string? Badge { get; set; }

    public int Points { get; set; }

    [DynamoDBFlatten]
    public Contact Contact { get; set; } = new();
}

public sealed class Contact
{
    public string? Phone { get; set; }

    [DynamoDBProperty("contact_city")]
    public string? City { get; set; }
}
