using Amazon.DynamoDBv2.DataModel;
using UserStore;

namespace InPlace;

/// <summary>The customer of a service that exists. Only <c>[Unique]</c> and <c>[CreatedAt]</c> were added for the store; the SDK ignores
/// them.</summary>
[DynamoDBTable("Customers")]
public sealed class Customer
{
    [DynamoDBHashKey("id")]
    public Guid Id { get; set; }

    [DynamoDBProperty("email")]
    [DynamoDBGlobalSecondaryIndexHashKey("email-index")]
    [Unique("email", Normalization = UniqueValueNormalization.Email)]
    public string? Email { get; set; }

    [DynamoDBProperty("name")]
    public string? Name { get; set; }

    [DynamoDBProperty("interests")]
    public List<string> Interests { get; set; } = [];

    [DynamoDBProperty("wants_news")]
    public bool WantsNews { get; set; }

    [DynamoDBProperty("created_at")]
    [CreatedAt]
    public DateTime CreatedAt { get; set; }

    [DynamoDBVersion("version")]
    public long? Version { get; set; }
}
