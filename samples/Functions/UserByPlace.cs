using System.Text;
using Amazon.DynamoDBv2.DataModel;
using UserStore.Replication;

namespace Functions;

/// <summary>A user in the target table, keyed by state and city, without the zip code.</summary>
[DynamoDBTable("UsersByPlace")]
public sealed record UserByPlace
{
    [DynamoDBHashKey("state")]
    public string State { get; init; } = "";

    /// <summary>Gets the city and the id of the user, which makes the key unique within a city.</summary>
    [DynamoDBRangeKey("city_user_id")]
    public string CityAndUserId { get; init; } = "";

    [DynamoDBProperty("city")]
    public string City { get; init; } = "";

    [DynamoDBProperty("user_id")]
    public string UserId { get; init; } = "";

    [DynamoDBProperty("email")]
    public string? Email { get; init; }

    [DynamoDBProperty("name")]
    public string? Name { get; init; }

    [DynamoDBProperty("active")]
    public bool Active { get; init; }

    /// <summary>Returns the prefix of the sort keys of a city. The separator is escaped, so that no city's prefix matches another city.</summary>
    public static string BeginOf(string city)
        => new StringBuilder(city).Replace("%", "%25").Replace("#", "%23").Append('#').ToString();
}

/// <summary>Projects users with a state and a city; other users have no item.</summary>
public sealed class ByPlace : IUserProjection<PlacedUser, UserByPlace>
{
    public UserByPlace? Project(PlacedUser user) => string.IsNullOrEmpty(user.State) || string.IsNullOrEmpty(user.City) ? null : new UserByPlace
    {
        State = user.State,
        CityAndUserId = UserByPlace.BeginOf(user.City) + user.UserId,
        City = user.City,
        UserId = user.UserId,
        Email = user.Email,
        Name = user.Name,
        Active = user.Active,
    };
}
