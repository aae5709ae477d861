using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace UserService;

/// <summary>Writes the results of the health checks, which contain names of tables, indexes and migrations only.</summary>
internal static class HealthResponse
{
    public static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new
        {
            status = report.Status.ToString(),
            findings = report.Entries.SelectMany(entry => entry.Value.Data).ToDictionary(finding => finding.Key, finding => finding.Value),
        },
        context.RequestAborted);
}
