using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using UserService.Http;
using UserService.Users;
using UserStore;

namespace UserService;

/// <summary>The routes that report the state of the service.</summary>
internal static class StatusEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        RouteGroupBuilder status = app.MapGroup("").WithTags("Status");
        status.MapGet("/storage", Locate).WithName("GetStorage").WithSummary("Returns where the users are stored").RequireRateLimiting(RateLimits.Policy)
            .Produces<StorageView>().Refusals(400, 406, 429);
        status.MapGet("/health", CheckAsync).WithName("GetHealth").WithSummary("Reports whether the store is usable, and what is wrong with it")
            .Produces<HealthView>().Produces<HealthView>(503).Refusals(400, 406);
    }

    private static StorageView Locate(HttpContext context, Storage storage, IOptionsMonitor<UserStoreOptions> options)
    {
        context.Response.Headers.CacheControl = "no-store";
        (string table, string? location) = storage.Locate(options);
        return new StorageView(storage.Kind.ToString().ToLowerInvariant(), table, location);
    }

    private static async Task<IResult> CheckAsync(HttpContext context, HealthCheckService checks)
    {
        context.Response.Headers.CacheControl = "no-store";
        HealthReport report = await checks.CheckHealthAsync(context.RequestAborted);
        return Results.Json(
            new HealthView(
                report.Status.ToString(),
                report.Entries.SelectMany(entry => entry.Value.Data).ToDictionary(finding => finding.Key, finding => finding.Value.ToString())),
            statusCode: report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }
}

/// <summary>Where the users are stored.</summary>
/// <param name="Kind"><c>memory</c>, <c>local</c> or <c>dynamodb</c>.</param>
/// <param name="Table">The table of the users.</param>
/// <param name="Location">The data file of a local server, the address or Region of DynamoDB, or null for memory.</param>
internal sealed record StorageView(string Kind, string Table, string? Location);

/// <summary>The result of the health check.</summary>
/// <param name="Status"><c>Healthy</c>, <c>Degraded</c> or <c>Unhealthy</c>.</param>
/// <param name="Findings">What is wrong, by table, index or migration.</param>
internal sealed record HealthView(string Status, IReadOnlyDictionary<string, string?> Findings);
