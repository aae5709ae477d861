using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using UserStore;

namespace UserService.Users;

/// <summary>The routes of single users and of their list.</summary>
internal static class UserEndpoints
{
    private const string Json = "application/json";
    private const string MergePatch = "application/merge-patch+json";
    private const string Problems = "application/problem+json";

    public static void Map(WebApplication app)
    {
        RouteGroupBuilder users = app.MapGroup("/users").WithTags("Users");
        users.MapGet("", ListAsync).WithSummary("Lists users in pages, the newest of a status first, else in no order")
            .Produces<UserListView>().Refusals(400).Failures();
        users.MapGet("{id}", GetAsync).WithSummary("Finds a user by id; the header ETag gives its version")
            .Produces<UserView>().Refusals(400, 404).Failures();
        users.MapGet("by-email/{email}", FindByEmailAsync).WithSummary("Finds a user by email")
            .Produces<UserView>().Refusals(400, 404).Failures();
        users.MapPost("", CreateAsync).WithSummary("Creates a user").Accepts<UserInput>(Json)
            .Produces<UserView>(201).Refusals(400, 409, 413, 415).Failures();
        users.MapPatch("{id}", PatchAsync).WithSummary("Changes fields of a user; If-Match with its version refuses to overwrite what others changed")
            .Accepts<UserInput>(MergePatch, Json).Produces<UserView>().Refusals(400, 404, 409, 412, 413, 415, 500).Failures();
        users.MapDelete("{id}", DeleteAsync).WithSummary("Deletes a user, with If-Match only in that version")
            .Produces(204).Refusals(400, 404, 412, 500).Failures();
    }

    public static RouteHandlerBuilder Refusals(this RouteHandlerBuilder route, params int[] statuses)
        => statuses.Aggregate(route, static (builder, status) => builder.Produces<ProblemDetails>(status, Problems));

    public static RouteHandlerBuilder Failures(this RouteHandlerBuilder route) => route.Refusals(429, 503);

    // The parameters are for the OpenAPI document; the reader validates them. Without a status, returns one page of a scan, never the whole table.
    private static async Task<Ok<UserListView>> ListAsync(
        HttpRequest request, IUserStore users, [FromQuery] string? status, [FromQuery] string? pageSize, [FromQuery] string? token)
    {
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        var asked = RequestReader.ReadPage(request.Query);
        UserPage<User> page = asked.Status is null
            ? await users.ListPageAsync(new UserListOptions { PageSize = asked.PageSize }, asked.Token, cancellationToken)
            : await users.QueryPageAsync(
                new UserQuery<User>("status-index", asked.Status) { PageSize = asked.PageSize, Direction = QueryDirection.Descending },
                asked.Token,
                cancellationToken);
        return TypedResults.Ok(new UserListView(page.Users.Select(UserView.Of), page.ContinuationToken));
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, IUserStore users)
        => UserView.Answer(context, await users.GetAsync(id, ReadConsistency.Strong, context.RequestAborted));

    private static async Task<IResult> FindByEmailAsync(string email, HttpContext context, IUserStore users)
        => UserView.Answer(
            context,
            await users.FindByEmailAsync(email, ReadConsistency.Strong, context.RequestAborted) ?? throw new ProblemException(Problem.UserNotFound()));

    private static async Task<IResult> CreateAsync(HttpContext context, IUserStore users)
    {
        using JsonDocument body = await RequestReader.ReadJsonAsync(context.Request, Json);
        (User? asked, var errors) = UserFields.ReadUser(body.RootElement);
        User user = await users.CreateAsync(asked ?? throw new ProblemException(Problem.Invalid(errors)), context.RequestAborted);
        context.Response.Headers.Location = $"/users/{Uri.EscapeDataString(user.UserId)}";
        return UserView.Answer(context, user, StatusCodes.Status201Created);
    }

    private static async Task<IResult> PatchAsync(string id, HttpContext context, IUserStore users)
    {
        using JsonDocument body = await RequestReader.ReadJsonAsync(context.Request, MergePatch, Json);
        UserPatch<User> patch = UserFields.ReadPatch(body.RootElement);
        if (RequestReader.ReadVersion(context.Request) is { } version)
            patch = patch.ExpectVersion(version);
        return UserView.Answer(context, await users.UpdateAsync(id, patch, context.RequestAborted));
    }

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, IUserStore users)
    {
        long? version = RequestReader.ReadVersion(context.Request);
        return await users.DeleteAsync(id, version, context.RequestAborted) is null
            ? throw new ProblemException(Problem.UserNotFound())
            : TypedResults.NoContent();
    }
}
