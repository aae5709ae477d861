using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using UserStore;
using UserStore.Privacy;

namespace UserService.Users;

/// <summary>The routes that return everything that is stored of a user, and erase it.</summary>
internal static class PrivacyEndpoints
{
    public static void Map(IEndpointRouteBuilder data)
    {
        data.MapGet("{id}", ExportAsync).WithName("ExportUser").WithSummary("Returns everything that is stored of a user, also if it is restricted")
            .Produces<ExportView>().Refusals(400, 404, 406).Failures();
        data.MapDelete("{id}", EraseAsync).WithName("EraseUser")
            .WithSummary("Erases everything that is stored of a user, and returns the receipt; can be repeated")
            .Produces<UserErasureReceipt>().Refusals(400, 406, 501).Failures();
    }

    private static async Task<IResult> ExportAsync(string id, HttpContext context, IUserPrivacy<User> privacy)
    {
        using var document = new MemoryStream();
        if (!await privacy.ExportAsync(id, document, context.RequestAborted))
            throw new ProblemException(Problem.UserNotFound());
        context.Response.Headers.CacheControl = "no-store";
        return Results.Bytes(document.ToArray(), "application/json");
    }

    private static async Task<Ok<UserErasureReceipt>> EraseAsync(
        string id, HttpContext context, IUserPrivacy<User> privacy, IOptionsMonitor<UserStoreOptions> options)
    {
        if (options.Get(typeof(User).FullName).Privacy.HashKey is null)
            throw new ProblemException(Problem.ErasureDisabled());
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(await privacy.EraseAsync(id, context.RequestAborted));
    }
}

/// <summary>Everything that is stored of a user, for the OpenAPI document.</summary>
internal sealed record ExportView(DateTimeOffset ExportedAt, IReadOnlyList<ExportedItem> Items);

/// <summary>An item that is stored of a user.</summary>
/// <param name="Kind">What the item is, such as <c>user</c> or <c>reservation</c>.</param>
/// <param name="Table">The table.</param>
/// <param name="Attributes">All attributes of the item.</param>
internal sealed record ExportedItem(string Kind, string Table, IReadOnlyDictionary<string, JsonElement> Attributes);
