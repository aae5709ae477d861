using System.Diagnostics;
using System.Diagnostics.Metrics;
using Amazon.DynamoDBv2;
using UserStore.DynamoDb;

namespace UserStore.Benchmarks;

/// <summary>Measures the cost of telemetry for a call without a network, with and without a listener for spans and metrics. The rounds
/// alternate, so that other load on the machine affects both.</summary>
internal static class TelemetryMeasurements
{
    private const int Rounds = 15;
    private const int Calls = 4_000;

    public static async Task RunAsync()
    {
        using AmazonDynamoDBClient client = new CannedWire().CreateClient();
        var store = new DynamoDbUserStore<User>(client, new UserStoreOptions());
        var silent = new List<double>();
        var observed = new List<double>();
        await MeasureAsync(store);
        for (int round = 0; round < Rounds; round++)
        {
            silent.Add(await MeasureAsync(store));
            using (Listen())
                observed.Add(await MeasureAsync(store));
        }

        Console.WriteLine(
            $"FindAsync without a network: {Median(silent):F1} us without a listener, {Median(observed):F1} us with spans and metrics "
                + $"({Median(observed) / Median(silent):F2} times)");
    }

    private static async Task<double> MeasureAsync(DynamoDbUserStore<User> store)
    {
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < Calls; i++)
            await store.FindAsync("fake-1");
        return Stopwatch.GetElapsedTime(begin).TotalMicroseconds / Calls;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static Listeners Listen()
    {
        var spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == UserStoreTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(spans);
        var metrics = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == UserStoreTelemetry.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        metrics.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        metrics.Start();
        return new Listeners(spans, metrics);
    }

    private sealed record Listeners(ActivityListener Spans, MeterListener Metrics) : IDisposable
    {
        public void Dispose()
        {
            Spans.Dispose();
            Metrics.Dispose();
        }
    }
}
