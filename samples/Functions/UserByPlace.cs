using System.Text;
using Amazon.DynamoDBv2.DataModel;
using UserStore.Replication;

namespace Functions;

/// <summary>A user as the target keeps it: found by state, or by state and city, and without the zip code.</summary>
[DynamoDBTable("UsersByPlace")]
public sealed record UserByPlace
{
    [DynamoDBHashKey("state")]
    public string State { get; init; } = "";

    /// <summary>Gets the city and the id of the user: many users live in one city.</summary>
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

    /// <summary>Returns how the sort keys of a city begin. A city whose name has the separator in it cannot be taken for another.</summary>
    public static string BeginOf(string city)
        => new StringBuilder(city).Replace("%", "%25").Replace("#", "%23").Append('#').ToString();
}

/// <summary>Puts users who have a place at that place; others have no item.</summary>
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
