using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore.TestKit;

/// <summary>A user type with a property of every type whose value can be lost or changed by a conversion.</summary>
[GenerateUserMapping]
public record TypedUser : User
{
    public ValueList<string> Groups { get; init; } = [];

    public IReadOnlyList<string>? Aliases { get; init; }

    public string[]? Array { get; init; }

    public List<string?>? Texts { get; init; }

    public HashSet<string>? Set { get; init; }

    public HashSet<int> Numbers { get; init; } = [1];

    public SortedSet<string>? Sorted { get; init; }

    public string? Theme { get; init; } = "light";

    public DateTime? Date { get; init; }

    public DateTime Birthday { get; init; }

    public DateOnly? Day { get; init; }

    public TimeOnly? Hour { get; init; }

    public Guid? Reference { get; init; }

    public byte[]? Bytes { get; init; }

    public decimal? Amount { get; init; }

    public float? Fraction { get; init; }

    public Dictionary<string, List<int>>? Map { get; init; }

    public Dictionary<string, Dictionary<string, string>>? Maps { get; init; }

    public DateTimeOffset? Seen { get; init; }

    public DateTimeOffset Since { get; init; }

    [DynamoDBProperty("until", typeof(EpochSecondsConverter))]
    public DateTimeOffset? Until { get; init; }

    public List<decimal>? Amounts { get; init; }

    public List<DateTime>? Dates { get; init; }

    public Dictionary<string, Tree>? Trees { get; init; }

    [DynamoDBProperty("code", typeof(UpperCaseConverter))]
    public string? Code { get; init; }

    public List<Plan>? Plans { get; init; }

    public Choice Choice { get; init; }

    [DynamoDBProperty("nested")]
    public Tree? Tree { get; init; }
}

public struct Choice
{
    public int Number { get; set; }

    public Plan? Plan { get; set; }
}

public record Tree
{
    public string? Label { get; set; }

    public DateTimeOffset? At { get; set; }

    public IReadOnlyList<string>? Notes { get; set; }

    public decimal? Weight { get; set; }

    public DateTime? Planted { get; set; }

    public HashSet<string>? Birds { get; set; }

    [DynamoDBIgnore]
    public string? Scratch { get; set; }

    public List<Tree>? Children { get; set; }
}

/// <summary>Stores a string in upper case, so that it is read differently from how it was written.</summary>
public sealed class UpperCaseConverter : IPropertyConverter
{
    public DynamoDBEntry ToEntry(object value) => value is string text ? new Primitive(text.ToUpperInvariant()) : null!;

    public object FromEntry(DynamoDBEntry entry) => entry.AsString();
}
