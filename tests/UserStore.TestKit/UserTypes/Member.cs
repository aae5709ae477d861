using Amazon.DynamoDBv2.DataModel;

namespace UserStore.TestKit.UserTypes;

/// <summary>A record with a key of two parts, in a table that other kinds of items share, with a unique value in a scope and one in the whole
/// table.</summary>
[DynamoDBTable("Directory")]
[GenerateUserMapping]
public record Member
{
    public const string Kind = "member";

    [DynamoDBHashKey("pk")]
    public required string Tenant { get; init; }

    [DynamoDBRangeKey("sk")]
    public required string Id { get; init; }

    [DynamoDBProperty("kind")]
    public string ItemKind { get; init; } = Kind;

    [DynamoDBProperty("user_name")]
    [Unique("user-name", Within = nameof(Tenant))]
    public string? UserName { get; init; }

    [DynamoDBProperty("email")]
    [DynamoDBGlobalSecondaryIndexHashKey("email-index")]
    [Unique("email", Normalization = UniqueValueNormalization.Email)]
    public string? Email { get; init; }

    [DynamoDBProperty("name")]
    public string? Name { get; init; }

    [DynamoDBProperty("points")]
    [DynamoDBLocalSecondaryIndexRangeKey("points-index")]
    public int Points { get; init; }

    [DynamoDBVersion("v")]
    public long? Version { get; init; }

    [DynamoDBProperty("created", typeof(InstantConverter))]
    [CreatedAt]
    public DateTimeOffset Created { get; init; }

    [DynamoDBProperty("ttl")]
    [ExpiresAt]
    public long? TimeToLive { get; init; }

    [DynamoDBIgnore]
    [Revision]
    public string? Revision { get; init; }
}
