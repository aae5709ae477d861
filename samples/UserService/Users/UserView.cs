using Microsoft.Net.Http.Headers;
using UserStore;

namespace UserService.Users;

/// <summary>A user as the service shows it.</summary>
internal sealed record UserView(
    string UserId,
    string? Name,
    string? Email,
    string Status,
    int? Age,
    IReadOnlyList<string> Tags,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    long? Version)
{
    public static UserView Of(User user) => new(
        user.UserId, user.Name, user.Email, user.Status, user.Age, user.Tags, user.ExpiresAt, user.CreatedAt, user.UpdatedAt, user.Version);

    /// <summary>Answers with a user, whose version is the entity tag.</summary>
    public static IResult Answer(HttpContext context, User user, int status = StatusCodes.Status200OK)
    {
        if (user.Version is { } version)
            context.Response.Headers.ETag = new EntityTagHeaderValue($"\"{version}\"").ToString();
        return Results.Json(Of(user), statusCode: status);
    }
}

/// <summary>A page of users.</summary>
/// <param name="Users">The users; a page may be empty although there are more.</param>
/// <param name="Token">Continues after this page; null after the last one.</param>
internal sealed record UserListView(IEnumerable<UserView> Users, string? Token);

/// <summary>What creates a user; for the OpenAPI document. The fields of a patch are the same, without <c>userId</c>, and null removes.</summary>
internal sealed record UserInput(
    string? UserId, string Name, string Email, string? Status, int? Age, IReadOnlyList<string>? Tags, DateTimeOffset? ExpiresAt);
