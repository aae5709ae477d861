using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Generators.Tests.Types;

/// <summary>A record whose constructor sets its properties, with defaults.</summary>
[DynamoDBTable("Constructed")]
[GenerateUserMapping]
public sealed record Constructed(
    [property: DynamoDBHashKey("id")] string Id,
    [property: DynamoDBProperty("name")] string? Name,
    int Count,
    long? Points,
    Guid Reference,
    DateTime At,
    decimal Amount = 1.50m,
    double Ratio = -0.0,
    Level Level = Level.Some,
    bool Flag = true,
    char Letter = 'x',
    string Theme = "light",
    List<string>? Tags = null,
    IReadOnlyList<string>? Groups = null,
    Address? Home = null)
{
    public string? Extra { get; set; } = "extra";

    public DateTimeOffset Seen { get; init; }
}

/// <summary>A class with one of two constructors marked, whose properties only it sets.</summary>
[DynamoDBTable("Marked", AttributeCasing = Amazon.DynamoDBv2.DataModel.CaseMode.CamelCase)]
[GenerateUserMapping]
public sealed class Marked
{
    public Marked()
        : this(0, "none")
    {
    }

    [DynamoDBConstructor]
    public Marked(long number, string? name)
    {
        (Number, Name) = (number, name);
    }

    [DynamoDBHashKey]
    public long Number { get; }

    public string? Name { get; }

    [DynamoDBProperty("All_Points")]
    public int Points { get; set; } = 1;

    public Address? HomeAddress { get; set; }

    public OwnCasing? Other { get; set; }

    [DynamoDBFlatten]
    public Contact Contact { get; set; } = new() { Phone = "default" };

    [DynamoDBFlatten]
    public Position Position { get; set; }
}

public sealed class Contact
{
    public string? Phone { get; set; }

    [DynamoDBProperty("contact_city")]
    public string? City { get; set; }

    public Leaf Leaf { get; set; }
}

public struct Position
{
    public double Latitude { get; set; }

    public double? Longitude { get; init; }
}

[DynamoDBTable("Ignored", AttributeCasing = Amazon.DynamoDBv2.DataModel.CaseMode.PascalCase)]
public sealed class OwnCasing
{
    public string? Name { get; set; }
}
