using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore.Generators.Tests.Types;

public interface ILabelled
{
    string? Label { get; set; }
}

public abstract class Base<TValue, TOther>
    where TValue : struct
    where TOther : class
{
    public TValue Value { get; init; }

    public TOther? Other { get; protected set; }

    private TValue? Secret { get; set; }

    protected virtual string? Overridden { get; set; } = "base";

    public string? Shadowed { get; set; }
}

/// <summary>Members of every accessibility, inherited, hidden, overridden and explicit ones, and names that are keywords.</summary>
[DynamoDBTable("Hidden")]
[GenerateUserMapping]
public class Hidden : Base<int, string>, ILabelled
{
    [DynamoDBHashKey]
    public string? Id { get; private set; }

    public required string? Required { get; init; }

    internal string? Internal { get; set; }

    private int Private { get; set; } = 3;

    protected string? Protected { get; init; }

    private protected string? PrivateProtected { get; set; }

    string? ILabelled.Label { get; set; } = "label";

    protected override string? Overridden { get; set; } = "derived";

    [DynamoDBProperty("other_shadowed")]
    public new int Shadowed { get; set; }

    public string? @class { get; set; }

    [DynamoDBProperty("ünïcode \"quoted\"")]
    public string? Unicode { get; set; }

    [Obsolete("Stored all the same.")]
    public string? Old { get; set; }

    [Obsolete("Stored all the same.", error: true)]
    public string? VeryOld { get; set; }

    [DynamoDBProperty("temperature", typeof(TemperatureConverter))]
    public Temperature Temperature { get; set; }

    [DynamoDBProperty("maybe_temperature", typeof(TemperatureConverter))]
    public Temperature? MaybeTemperature { get; set; }

    [DynamoDBProperty("anything", typeof(AnythingConverter))]
    public string? Anything { get; set; }

    public static string Static { get; set; } = "";

    public string ReadOnly => $"computed {Id}";

    [DynamoDBIgnore]
    public string? this[string name]
    {
        get => name;
        set => Id = value;
    }

    public class Inner
    {
        /// <summary>A user type in others.</summary>
        [DynamoDBTable("Innermost")]
        [GenerateUserMapping]
        public sealed class Innermost
        {
            [DynamoDBHashKey]
            public string? Id { get; set; }

            public Boxed<Dictionary<string, Boxed<long?>>>? Boxes { get; set; }
        }
    }
}

public readonly record struct Temperature(double Degrees);

public sealed class TemperatureConverter : IPropertyConverter
{
    public DynamoDBEntry ToEntry(object value) => ((Temperature)value).Degrees;

    public object FromEntry(DynamoDBEntry entry) => new Temperature(entry.AsDouble());
}

/// <summary>Stores strings in other types, refuses some, and reads NULL.</summary>
public sealed class AnythingConverter : IPropertyConverter
{
    public DynamoDBEntry ToEntry(object value) => (string)value switch
    {
        "" => new DynamoDBNull(),
        { Length: 1 } => null!,
        { Length: 2 } => throw new ArgumentException("No two letters."),
        { Length: 3 } text => new DynamoDBList([new Primitive(text)]),
        { Length: 4 } text => new Document { ["text"] = text },
        { Length: 5 } => new PrimitiveList(),
        var text => new Primitive(text),
    };

    public object FromEntry(DynamoDBEntry entry) => entry switch
    {
        DynamoDBNull => "",
        DynamoDBList list => list[0].AsString(),
        Document map => map["text"].AsString(),
        Primitive { Type: DynamoDBEntryType.Numeric } => 5,
        _ => entry.AsString(),
    };
}
