using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore.Generators.Tests.Types;

/// <summary>Classes, records and structs in a user, which contain others and themselves.</summary>
[DynamoDBTable("Structures")]
[GenerateUserMapping]
public sealed class Structures
{
    [DynamoDBHashKey("pk")]
    public string? Id { get; set; }

    [DynamoDBProperty("home")]
    public Address? Home { get; set; } = new() { City = "default", Street = "street" };

    public Leaf Leaf { get; set; }

    public Leaf? MaybeLeaf { get; set; }

    public Point Point { get; set; } = new(1);

    public Node? Root { get; set; }

    public List<Address?>? Addresses { get; set; }

    public Address[]? AddressArray { get; set; }

    public List<Leaf>? Leaves { get; set; }

    public List<Leaf?>? MaybeLeaves { get; set; }

    public Dictionary<string, Address?>? AddressesByKey { get; set; }

    public Dictionary<string, List<Node>>? Forest { get; set; }

    public Boxed<int>? Number { get; set; }

    public Boxed<Address>? Place { get; set; }

    public Sealed? Sealed { get; set; }

    public WithFields? Fields { get; set; }

    public Level? Level { get; set; }
}

public record Address
{
    [DynamoDBProperty("c")]
    public string? City { get; init; }

    public required string Street { get; init; } = "";

    public int Number { get; init; } = 1;

    public DateTimeOffset? Since { get; init; }

    [DynamoDBProperty("until", typeof(EpochSecondsConverter))]
    public DateTimeOffset? Until { get; init; }

    [DynamoDBProperty("seen", StoreAsEpochLong = true)]
    public DateTime Seen { get; init; }

    public IReadOnlyList<string>? Notes { get; init; }

    public Level? Level { get; init; }

    public Distance? Distance { get; init; }

    [DynamoDBProperty(typeof(ReversedConverter))]
    public string? Reversed { get; init; }

    [DynamoDBIgnore]
    public string? Ignored { get; init; }

    internal string? Internal { get; set; }
}

public struct Leaf
{
    public int Number { get; set; }

    public string? Name { get; init; }

    public Level? Level { get; set; }
}

public readonly record struct Point(int X, double Y = 2.5, string Name = "origin");

public sealed record Node(string Label, Level Level = Level.Some, int? Weight = 5, decimal Price = 1.50m)
{
    public List<Node?>? Children { get; set; }

    public Node? Next { get; init; }

    public DateTime? Planted { get; set; }
}

public class Boxed<T>
{
    public T? Value { get; init; }

    private string? Hidden { get; set; } = "hidden";

    public void Hide(string? text) => Hidden = text;
}

public sealed class Sealed(int number)
{
    public int Number { get; } = number;

    public string? Name { get; set; }
}

public sealed class WithFields
{
    public int Property { get; set; }

#pragma warning disable CA1051 // the SDK stores public fields of structures
    public string? Field;
#pragma warning restore CA1051
}

/// <summary>Stores a string in reverse.</summary>
public sealed class ReversedConverter : IPropertyConverter
{
    public DynamoDBEntry ToEntry(object value) => new Primitive(Reverse((string)value));

    public object FromEntry(DynamoDBEntry entry) => Reverse(entry.AsString());

    private static string Reverse(string text) => new([.. text.Reverse()]);
}
