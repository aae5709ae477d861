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

    public static void Map(IEndpointRouteBuilder users)
    {
        users.MapGet("", ListAsync).WithName("ListUsers").WithSummary("Lists users in pages, the newest of a status first, else in no order")
            .Produces<UserListView>().Refusals(400, 406).Failures();
        users.MapGet("{id}", GetAsync).WithName("GetUser").WithSummary("Finds a user by id; the header ETag identifies its version")
            .Produces<UserView>().Produces(304).Refusals(400, 404, 406, 412).Failures();
        users.MapGet("by-email/{email}", FindByEmailAsync).WithName("FindUserByEmail").WithSummary("Finds a user by email")
            .Produces<UserView>().Produces(304).Refusals(400, 404, 406, 412).Failures();
        users.MapPost("", CreateAsync).WithName("CreateUser").WithSummary("Creates a user").Accepts<UserInput>(Json)
            .Produces<UserView>(201).Refusals(400, 406, 409, 413, 415).Failures();
        users.MapPatch("{id}", PatchAsync).WithName("UpdateUser")
            .WithSummary("Changes fields of a user; If-Match with its version refuses to overwrite what others changed")
            .Accepts<UserPatchInput>(MergePatch, Json).Produces<UserView>().Refusals(400, 404, 406, 409, 412, 413, 415, 500).Failures();
        users.MapDelete("{id}", DeleteAsync).WithName("DeleteUser").WithSummary("Deletes a user, with If-Match only in that version")
            .Produces(204).Refusals(400, 404, 409, 412, 500).Failures();
    }

    public static RouteHandlerBuilder Refusals(this RouteHandlerBuilder route, params int[] statuses)
        => statuses.Aggregate(route, static (builder, status) => builder.Produces<ProblemView>(status, Problems));

    public static RouteHandlerBuilder Failures(this RouteHandlerBuilder route) => route.Refusals(429, 503);

    // The parameters are for the OpenAPI document; the reader validates them. Without a status, returns one page of a scan, never the whole table.
    private static async Task<Ok<UserListView>> ListAsync(
        HttpContext context, IUserStore users, [FromQuery] string? status, [FromQuery] string? pageSize, [FromQuery] string? token)
    {
        CancellationToken cancellationToken = context.RequestAborted;
        var asked = RequestReader.ReadPage(context.Request.Query);
        UserPage<User> page = asked.Status is null
            ? await users.ListPageAsync(new UserListOptions { PageSize = asked.PageSize }, asked.Token, cancellationToken)
            : await users.QueryPageAsync(
                new UserQuery<User>("status-index", asked.Status) { PageSize = asked.PageSize, Direction = QueryDirection.Descending },
                asked.Token,
                cancellationToken);
        if (page.ContinuationToken is { } next)
        {
            string query = (asked.Status is null ? "" : $"status={asked.Status}&") + $"pageSize={asked.PageSize}&token={Uri.EscapeDataString(next)}";
            context.Response.Headers.Link = $"</users?{query}>; rel=\"next\"";
        }

        return TypedResults.Ok(new UserListView(page.Users.Select(UserView.Of), page.ContinuationToken));
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, IUserStore users)
        => Read(context, Preconditions.Of(context.Request), await users.GetAsync(id, ReadConsistency.Strong, context.RequestAborted));

    private static async Task<IResult> FindByEmailAsync(string email, HttpContext context, IUserStore users)
        => Read(
            context,
            Preconditions.Of(context.Request),
            await users.FindByEmailAsync(RequestReader.ReadEmail(context), ReadConsistency.Strong, context.RequestAborted)
                ?? throw new ProblemException(Problem.UserNotFound()));

    private static IResult Read(HttpContext context, Preconditions conditions, User user)
        => UserView.Result(context, user, conditions.Check(user) ? StatusCodes.Status200OK : StatusCodes.Status304NotModified);

    private static async Task<IResult> CreateAsync(HttpContext context, IUserStore users)
    {
        using JsonDocument body = await RequestReader.ReadJsonAsync(context.Request, Json);
        (User? asked, var errors) = UserFields.ReadUser(body.RootElement);
        User user = await users.CreateAsync(asked ?? throw new ProblemException(Problem.Invalid(errors)), context.RequestAborted);
        context.Response.Headers.Location = $"/users/{Uri.EscapeDataString(user.UserId)}";
        return UserView.Result(context, user, StatusCodes.Status201Created);
    }

    private static async Task<IResult> PatchAsync(string id, HttpContext context, IUserStore users)
    {
        using JsonDocument body = await RequestReader.ReadJsonAsync(context.Request, MergePatch, Json);
        UserPatch<User>? patch = UserFields.ReadPatch(body.RootElement);
        var conditions = Preconditions.Of(context.Request);
        if (patch is null)
        {
            User unchanged = await ReadAsync();
            conditions.CheckWrite(unchanged);
            return UserView.Result(context, unchanged);
        }

        return UserView.Result(context, await conditions.WriteAsync(ReadAsync, ChangeAsync));

        // A user that was deleted and created again can have the same version, but is another revision: the save refuses to replace it.
        Task<User> ChangeAsync(User? expected) => expected is null
            ? users.UpdateAsync(id, patch, context.RequestAborted)
            : users.UpdateAsync(UserFields.Apply(body.RootElement, expected), context.RequestAborted);

        Task<User> ReadAsync() => users.GetAsync(id, ReadConsistency.Strong, context.RequestAborted);
    }

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, IUserStore users)
    {
        User? deleted = await Preconditions.Of(context.Request).WriteAsync(
            () => users.GetAsync(id, ReadConsistency.Strong, context.RequestAborted),
            async expected =>
            {
                if (expected is null)
                    return await users.DeleteAsync(id, expectedVersion: null, context.RequestAborted);
                await users.DeleteUnchangedAsync(expected, context.RequestAborted);
                return expected;
            });
        return deleted is null ? throw new ProblemException(Problem.UserNotFound()) : TypedResults.NoContent();
    }
}
