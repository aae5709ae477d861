using UserStore;

namespace UserService.Users;

/// <summary>A user as the service returns it.</summary>
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
    long? Version,
    string? Etag)
{
    public static UserView Of(User user) => new(
        user.UserId, user.Name, user.Email, user.Status, user.Age, user.Tags, user.ExpiresAt, user.CreatedAt, user.UpdatedAt, user.Version,
        Preconditions.TagOf(user)?.ToString());

    /// <summary>Returns a user with its entity tag.</summary>
    public static IResult Result(HttpContext context, User user, int status = StatusCodes.Status200OK)
    {
        context.Response.Headers.ETag = Preconditions.TagOf(user)?.ToString();
        return status == StatusCodes.Status304NotModified ? Results.StatusCode(status) : Results.Json(Of(user), statusCode: status);
    }
}

/// <summary>A page of users.</summary>
/// <param name="Users">The users; a page can be empty although more pages follow.</param>
/// <param name="Token">The token of the next page; null on the last page.</param>
internal sealed record UserListView(IEnumerable<UserView> Users, string? Token);

/// <summary>The body that changes a user, for the OpenAPI document. Null removes <c>age</c>, <c>tags</c> and <c>expiresAt</c>.</summary>
internal sealed record UserPatchInput
{
    public string? Name { get; init; }

    public string? Email { get; init; }

    public string? Status { get; init; }

    public int? Age { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>The body that creates a user, for the OpenAPI document.</summary>
internal sealed record UserInput
{
    public string? UserId { get; init; }

    public required string Name { get; init; }

    public required string Email { get; init; }

    public string? Status { get; init; }

    public int? Age { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}
