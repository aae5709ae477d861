using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Tests.Replication;

/// <summary>A user with attributes of all types.</summary>
public sealed record EveryType : User
{
    [DynamoDBProperty("number")]
    public decimal Number { get; init; }

    [DynamoDBProperty("flag")]
    public bool Flag { get; init; }

    [DynamoDBProperty("bytes")]
    public byte[] Bytes { get; init; } = [];

    [DynamoDBProperty("set")]
    public HashSet<string> Set { get; init; } = [];

    [DynamoDBProperty("map")]
    public Dictionary<string, string> Map { get; init; } = [];

    [DynamoDBProperty("list")]
    public List<string> List { get; init; } = [];

    [DynamoDBProperty("nothing")]
    public string? Nothing { get; init; }
}
