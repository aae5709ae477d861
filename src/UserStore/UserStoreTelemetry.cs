namespace UserStore;

/// <summary>Names under which the library tells about its requests. Nothing is measured while nobody listens.</summary>
/// <remarks>
/// Spans and metrics follow OpenTelemetry's conventions for databases. They hold operations, names of tables, codes and counts; never a key, a
/// user id, an email or another value. The store in memory sends no requests and tells nothing.
/// </remarks>
public static class UserStoreTelemetry
{
    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/>: a span of kind client for each request, with its
    /// repetitions.</summary>
    public const string ActivitySourceName = "UserStore";

    /// <summary>The name of the <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string MeterName = "UserStore";
}
