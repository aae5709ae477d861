using Amazon.DynamoDBv2.DataModel;
using UserStore;

namespace Welcome;

/// <summary>A member of a club: a user type with a generated mapping, and with values of every kind that the AWS SDK's context creates by reflection.</summary>
[DynamoDBTable("Members")]
[GenerateUserMapping]
public sealed record Member
{
    [DynamoDBHashKey("id")]
    [GeneratedKey]
    public string? Id { get; init; }

    public required string Name { get; init; }

    [Unique("email", Normalization = UniqueValueNormalization.Email)]
    public string? Email { get; init; }

    [DynamoDBGlobalSecondaryIndexHashKey("level-index")]
    public MemberLevel Level { get; init; }

    public MemberLevel? Requested { get; init; }

    public List<int> Scores { get; init; } = [];

    public HashSet<long> Friends { get; init; } = [];

    public double[]? Position { get; init; }

    public Address? Home { get; init; }

    public List<Stay>? Stays { get; init; }

    public Dictionary<string, Address> Addresses { get; init; } = [];

    public SortedDictionary<string, decimal>? Fees { get; init; }

    [DynamoDBProperty("quota", typeof(QuotaConverter))]
    public Quota? Quota { get; init; }

    [DynamoDBVersion]
    public long? Version { get; init; }

    public sealed class Address
    {
        public string? City { get; set; }

        public required List<string> Lines { get; init; }
    }
}

public enum MemberLevel : byte
{
    Guest,
    Regular,
    Honorary,
}

public readonly record struct Stay(DateOnly From, int Nights);
