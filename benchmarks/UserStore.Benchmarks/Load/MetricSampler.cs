using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace UserStore.Benchmarks.Load;

/// <summary>Listens to the metrics of the process, as an exporter does, and appends a <see cref="MetricSample"/> to a file every second.</summary>
internal static class MetricSampler
{
    /// <summary>The environment variable with the name of the file.</summary>
    public const string FileVariable = "USERSTORE_METRICS_FILE";

    private const string HttpDuration = "http.server.request.duration";
    private const string DynamoDbDuration = "db.client.operation.duration";
    private const string Retries = "userstore.retries";
    private const string Throttles = "userstore.throttles";
    private const string WorkingSet = "dotnet.process.memory.working_set";
    private const string Heap = "dotnet.gc.last_collection.heap.size";

    // A second without a request has no percentiles.
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static void Start(string file)
    {
        var values = new ConcurrentDictionary<string, ConcurrentQueue<double>>();
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name is HttpDuration or DynamoDbDuration or Retries or Throttles or WorkingSet or Heap)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        listener.Start();
        _ = SampleAsync(file, listener, values);

        void Add(Instrument instrument, double value) => values.GetOrAdd(instrument.Name, static _ => []).Enqueue(value);
    }

    /// <summary>Reads the samples that a process wrote.</summary>
    public static IReadOnlyList<MetricSample> Read(string file)
        => [.. File.ReadLines(file).Select(line => JsonSerializer.Deserialize<MetricSample>(line, Json)!)];

    private static async Task SampleAsync(string file, MeterListener listener, ConcurrentDictionary<string, ConcurrentQueue<double>> values)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await timer.WaitForNextTickAsync())
        {
            listener.RecordObservableInstruments();
            var sample = new MetricSample
            {
                At = DateTimeOffset.UtcNow,
                Http = DurationSample.Of(Taken(HttpDuration)),
                DynamoDb = DurationSample.Of(Taken(DynamoDbDuration)),
                Retries = Taken(Retries).Sum(),
                Throttles = Taken(Throttles).Sum(),
                WorkingSet = Taken(WorkingSet).Sum(),
                Heap = Taken(Heap).Sum(),
            };
            await File.AppendAllTextAsync(file, JsonSerializer.Serialize(sample, Json) + "\n");
        }

        IEnumerable<double> Taken(string name) => values.TryRemove(name, out ConcurrentQueue<double>? taken) ? taken : [];
    }
}
