using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace UserStore.DynamoDb.Sending;

/// <summary>The activity source and the instruments of requests. Their names are part of the public contract.</summary>
internal static class Instruments
{
    public static readonly ActivitySource Source = new(UserStoreTelemetry.ActivitySourceName, Version);

    private static readonly Meter Meter = new(UserStoreTelemetry.MeterName, Version);

    public static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "db.client.operation.duration",
        "s",
        "Duration of requests to DynamoDB, with their retries and the delays between them.",
        advice: new InstrumentAdvice<double>
        {
            // OpenTelemetry, "Semantic conventions for database client metrics".
            HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
        });

    public static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "userstore.retries", "{retry}", "Requests, or parts of them, that were sent again.");

    public static readonly Counter<long> Throttles = Meter.CreateCounter<long>(
        "userstore.throttles", "{throttle}", "Responses that rejected a request, or left a part of it unprocessed, for lack of capacity.");

    public static readonly Counter<double> ConsumedCapacity = Meter.CreateCounter<double>(
        "userstore.consumed_capacity", "{capacity_unit}", "Capacity units that requests consumed.");

    public static readonly Histogram<int> BatchSize = Meter.CreateHistogram<int>(
        "userstore.batch.size", "{item}", "Items of a batch request, or users of a batch transaction.");

    private static string? Version => typeof(Instruments).Assembly.GetName().Version?.ToString(3);

    public static bool AreUsed => Source.HasListeners() || Duration.Enabled || Retries.Enabled || Throttles.Enabled || ConsumedCapacity.Enabled
        || BatchSize.Enabled;
}
