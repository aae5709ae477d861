using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore.TestKit;

/// <summary>A user type of a service: additional fields and indexes, a required member, mutable and nested values.</summary>
[GenerateUserMapping]
public record AppUser : User
{
    [DynamoDBProperty("city")]
    [DynamoDBGlobalSecondaryIndexHashKey("city-index", "city-score-index")]
    public required string? City { get; init; }

    [DynamoDBProperty("score")]
    [DynamoDBGlobalSecondaryIndexRangeKey("city-score-index")]
    public decimal? Score { get; init; }

    [DynamoDBProperty("plan")]
    [DynamoDBGlobalSecondaryIndexHashKey("plan-index")]
    public Plan? Plan { get; init; }

    [DynamoDBProperty("logins")]
    public long Logins { get; init; }

    [DynamoDBProperty("ratio")]
    public double Ratio { get; init; }

    [DynamoDBProperty("grade")]
    public char? Grade { get; init; }

    [DynamoDBProperty("badges")]
    public HashSet<int>? Badges { get; init; }

    [DynamoDBProperty("verified")]
    public bool Verified { get; init; }

    [DynamoDBProperty("last_seen")]
    public DateTimeOffset? LastSeen { get; init; }

    [DynamoDBProperty("roles")]
    public List<string>? Roles { get; init; }

    [DynamoDBProperty("address")]
    public Address? Address { get; init; }

    [DynamoDBProperty("labels")]
    public Dictionary<string, string>? Labels { get; init; }

    [DynamoDBProperty("big", typeof(DigitsConverter))]
    public string? BigNumber { get; init; }

    [DynamoDBProperty("nickname")]
    public string? Nickname { get; set; }

    [DynamoDBIgnore]
    public string? Scratch { get; init; }
}

public enum Plan
{
    Free,
    Team,
    Enterprise,
}

public record Address
{
    public string? Street { get; set; }

    public string? Zip { get; set; }

    public List<string> Lines { get; set; } = [];
}

/// <summary>Stores digits as a number of any length.</summary>
public sealed class DigitsConverter : IPropertyConverter
{
    public DynamoDBEntry ToEntry(object value) => value is string digits ? new Primitive(digits, saveAsNumeric: true) : null!;

    public object FromEntry(DynamoDBEntry entry) => entry.AsString();
}
