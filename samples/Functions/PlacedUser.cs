using Amazon.DynamoDBv2.DataModel;
using UserStore;

namespace Functions;

/// <summary>A user with a state, a city and a zip code.</summary>
public record PlacedUser : User
{
    [DynamoDBProperty("state")]
    public string? State { get; init; }

    [DynamoDBProperty("city")]
    public string? City { get; init; }

    /// <summary>Gets the zip code, a string because it can start with zeros.</summary>
    [DynamoDBProperty("zipcode")]
    public string? Zipcode { get; init; }

    [DynamoDBProperty("active")]
    public bool Active { get; init; }
}
