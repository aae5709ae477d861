using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace UserStore.TestKit;

/// <summary>Collects the telemetry of the library for the tables with one prefix.</summary>
internal sealed class TelemetryListener : IDisposable
{
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters = new();
    private readonly string _prefix;

    public TelemetryListener(string prefix)
    {
        _prefix = prefix;
        _activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == UserStoreTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.GetTagItem("aws.dynamodb.table_names") is string[] tables
                    && tables.All(table => table.StartsWith(_prefix, StringComparison.Ordinal)))
                {
                    Spans.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_activities);
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == UserStoreTelemetry.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _meters.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _meters.Start();
    }

    public ConcurrentQueue<Activity> Spans { get; } = new();

    /// <summary>Gets the measurements of the tables, and those without a table name, which can belong to other tests that run
    /// concurrently.</summary>
    public ConcurrentQueue<(string Instrument, double Value, Dictionary<string, object?> Tags)> Measurements { get; } = new();

    public double Sum(string instrument) => Measurements.Where(one => one.Instrument == instrument && IsOwn(one.Tags)).Sum(one => one.Value);

    public void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Dictionary<string, object?> noted = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
        if (!noted.ContainsKey("db.collection.name") || IsOwn(noted))
            Measurements.Enqueue((instrument.Name, value, noted));
    }

    private bool IsOwn(Dictionary<string, object?> tags)
        => tags.GetValueOrDefault("db.collection.name") is string table && table.StartsWith(_prefix, StringComparison.Ordinal);
}
