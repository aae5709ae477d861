using Amazon.DynamoDBv2.DataModel;
using UserStore;

namespace Welcome.Rejected;

/// <summary>A type with two keys, which the analyzers of the package report.</summary>
[DynamoDBTable("Rejected")]
public sealed class TwoKeys
{
    [DynamoDBHashKey]
    public string? Id { get; set; }

    [DynamoDBHashKey]
    public string? OtherId { get; set; }

    [Unique("email")]
    public string? Email { get; set; }
}

/// <summary>A type with a property that cannot be mapped by generated code, which the generator of the package reports.</summary>
[DynamoDBTable("Rejected")]
[GenerateUserMapping]
public sealed class WithTuple
{
    [DynamoDBHashKey]
    public string? Id { get; set; }

    public (int X, int Y) Position { get; set; }
}
