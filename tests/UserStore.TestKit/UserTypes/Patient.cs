using Amazon.DynamoDBv2.DataModel;

namespace UserStore.TestKit.UserTypes;

/// <summary>A record with encrypted properties of all kinds.</summary>
[DynamoDBTable("Patients")]
public sealed record Patient
{
    [DynamoDBHashKey]
    public required string Id { get; init; }

    [DynamoDBVersion]
    public long? Version { get; init; }

    [Revision]
    [DynamoDBIgnore]
    public string? ETag { get; init; }

    [CreatedAt]
    public DateTimeOffset CreatedAt { get; init; }

    [ExpiresAt]
    public long? TimeToLive { get; init; }

    [DynamoDBGlobalSecondaryIndexHashKey("ward-index")]
    public string? Ward { get; init; }

    public int Visits { get; init; }

    [Encrypted]
    [Unique("insurance", Normalization = UniqueValueNormalization.CaseInsensitive)]
    [DynamoDBProperty("insurance_number")]
    public string? Insurance { get; init; }

    [Encrypted]
    [Unique("badge", Within = nameof(Ward))]
    public HashSet<string>? Badges { get; init; }

    [Encrypted]
    public string? Diagnosis { get; init; }

    [Encrypted]
    public int? Age { get; init; }

    [Encrypted]
    public decimal Weight { get; init; }

    [Encrypted]
    public bool? IsInsured { get; init; }

    [Encrypted]
    public DateTimeOffset? BornAt { get; init; }

    [Encrypted]
    public ValueList<string> Allergies { get; init; } = [];

    [Encrypted]
    public HashSet<string>? Languages { get; init; }

    [Encrypted]
    public Dictionary<string, string>? Notes { get; init; }

    [Encrypted]
    public Contact? Contact { get; init; }

    [Encrypted]
    public byte[]? Scan { get; init; }

    [Encrypted]
    public string? Origin { get; init; }

    /// <summary>Creates a patient that is not stored; the same number makes the same patient.</summary>
    public static Patient New(int number) => new()
    {
        Id = $"fake-{number}",
        Ward = "ward-1",
        Visits = 1,
        Insurance = $"fake-insurance-{number}",
        Badges = [$"fake-badge-{number}"],
        Diagnosis = $"Fake diagnosis {number} \"ä€𝄞\" <b>",
        Age = 40 + number,
        Weight = 71.5m,
        IsInsured = true,
        BornAt = new DateTimeOffset(1980, 2, 29, 1, 2, 3, TimeSpan.Zero),
        Allergies = ["fake-pollen", "fake-nuts", "fake-pollen"],
        Languages = ["fake-language"],
        Notes = new() { ["fake-note"] = "Fake note" },
        Contact = new Contact { Phone = "555-0100", City = "Faketown" },
        Scan = [1, 2, 3],
        Origin = "fake-origin",
    };
}
