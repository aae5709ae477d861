using Amazon.DynamoDBv2.DataModel;
using UserStore;

namespace Functions;

/// <summary>A user with a postal place.</summary>
public record PlacedUser : User
{
    [DynamoDBProperty("state")]
    public string? State { get; init; }

    [DynamoDBProperty("city")]
    public string? City { get; init; }

    /// <summary>Gets the zip code: a text, because it may begin with zeros.</summary>
    [DynamoDBProperty("zipcode")]
    public string? Zipcode { get; init; }

    [DynamoDBProperty("active")]
    public bool Active { get; init; }
}
