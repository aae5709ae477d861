namespace UserStore;

/// <summary>Provides the names under which the library reports its requests. Nothing is measured without a listener.</summary>
/// <remarks>
/// Spans and metrics follow OpenTelemetry's semantic conventions for databases. They contain operations, names of tables, codes and counts, and never
/// a key, a user id, an email or another value. The in-memory store sends no requests and reports nothing.
/// </remarks>
public static class UserStoreTelemetry
{
    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/>, which has a client span for each request, including its
    /// retries.</summary>
    public const string ActivitySourceName = "UserStore";

    /// <summary>The name of the <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string MeterName = "UserStore";
}
