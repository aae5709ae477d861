using Amazon.DynamoDBv2.DataModel;

namespace UserStore.TestKit;

/// <summary>A user type with a property of every type whose value can be lost or changed by a conversion.</summary>
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

    public List<Tree>? Children { get; set; }
}
