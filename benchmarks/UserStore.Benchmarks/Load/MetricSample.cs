namespace UserStore.Benchmarks.Load;

/// <summary>What the metrics of the service showed in one second.</summary>
internal sealed record MetricSample
{
    /// <summary>Gets the time of the end of the second.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the HTTP requests of the service: <c>http.server.request.duration</c> of ASP.NET Core.</summary>
    public required DurationSample Http { get; init; }

    /// <summary>Gets the requests to DynamoDB: <c>db.client.operation.duration</c>.</summary>
    public required DurationSample DynamoDb { get; init; }

    /// <summary>Gets the increase of <c>userstore.retries</c>.</summary>
    public required double Retries { get; init; }

    /// <summary>Gets the increase of <c>userstore.throttles</c>.</summary>
    public required double Throttles { get; init; }

    /// <summary>Gets <c>dotnet.process.memory.working_set</c> of the runtime, in bytes.</summary>
    public required double WorkingSet { get; init; }

    /// <summary>Gets the sum of <c>dotnet.gc.last_collection.heap.size</c> of the runtime, in bytes.</summary>
    public required double Heap { get; init; }
}

/// <summary>The durations of one second.</summary>
/// <param name="Count">The number of requests.</param>
/// <param name="Median">The median, in milliseconds.</param>
/// <param name="P95">The 95th percentile, in milliseconds.</param>
/// <param name="P99">The 99th percentile, in milliseconds.</param>
internal sealed record DurationSample(int Count, double Median, double P95, double P99)
{
    public static DurationSample Of(IEnumerable<double> seconds)
    {
        double[] sorted = [.. seconds.Order()];
        return sorted.Length == 0
            ? new DurationSample(0, double.NaN, double.NaN, double.NaN)
            : new DurationSample(sorted.Length, At(50), At(95), At(99));

        double At(int percent) => sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)] * 1000;
    }
}
