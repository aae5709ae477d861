using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Generators.Tests.Types;

/// <summary>A type that rejects values itself.</summary>
[DynamoDBTable("Guarded")]
[GenerateUserMapping]
public sealed class Guarded
{
    private int _age;

    [DynamoDBHashKey]
    public string? Id { get; set; }

    public int Age
    {
        get => _age;
        set => _age = value >= 0 ? value : throw new InvalidOperationException("Nobody has a negative age.");
    }

    public Dictionary<string, string>? Texts { get; set; }
}
