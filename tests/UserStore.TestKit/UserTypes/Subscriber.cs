using Amazon.DynamoDBv2.DataModel;

namespace UserStore.TestKit.UserTypes;

/// <summary>A positional record whose key is the email.</summary>
[DynamoDBTable("Subscribers")]
[GenerateUserMapping]
public sealed record Subscriber(
    [property: DynamoDBHashKey("email")] string Email,
    [property: DynamoDBProperty("full_name")] string? Name,
    int Points,
    [property: DynamoDBProperty("phone"), Unique("phone")] string? Phone = null)
{
    [DynamoDBVersion("version")]
    public long? Version { get; init; }

    [DynamoDBProperty("updated_at", typeof(InstantConverter))]
    [UpdatedAt]
    public DateTimeOffset UpdatedAt { get; init; }

    [DynamoDBIgnore]
    [Revision]
    public string? ETag { get; init; }
}
