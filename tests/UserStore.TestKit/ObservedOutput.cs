using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace UserStore.TestKit;

/// <summary>Searches everything that leaves the process for texts that must not: log records of all levels with state, scopes and exceptions, spans,
/// measurements, and whatever a test adds.</summary>
internal sealed class ObservedOutput : ILoggerProvider, ISupportExternalScope
{
    private readonly string[] _texts;
    private readonly Func<object, bool> _isLeftOut;
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    /// <param name="texts">The texts, whose case is ignored.</param>
    /// <param name="isLeftOut">Whether an object is left out, because somebody else is responsible for it.</param>
    public ObservedOutput(string[] texts, Func<object, bool> isLeftOut)
    {
        (_texts, _isLeftOut) = (texts, isLeftOut);
        _activities = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Add,
        };
        ActivitySource.AddActivityListener(_activities);
        _meters.InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _meters.SetMeasurementEventCallback<byte>((instrument, _, tags, _) => Add(instrument, tags));
        _meters.SetMeasurementEventCallback<short>((instrument, _, tags, _) => Add(instrument, tags));
        _meters.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Add(instrument, tags));
        _meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Add(instrument, tags));
        _meters.SetMeasurementEventCallback<float>((instrument, _, tags, _) => Add(instrument, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Add(instrument, tags));
        _meters.SetMeasurementEventCallback<decimal>((instrument, _, tags, _) => Add(instrument, tags));
        _meters.Start();
    }

    /// <summary>Gets where the texts were found, with what surrounds them.</summary>
    public ConcurrentQueue<string> Findings { get; } = [];

    /// <summary>Gets what was observed: <c>log 101</c>, <c>span Query</c>, <c>metric userstore.retries</c>, and the names that a test gave.</summary>
    public ConcurrentDictionary<string, int> Observed { get; } = [];

    /// <summary>Searches an object, and everything that can be reached from it.</summary>
    public void Add(string source, object? value)
    {
        Observed.AddOrUpdate(source, 1, static (_, count) => count + 1);
        foreach ((string path, string text) in ReachableText.Of(value, source, _isLeftOut))
            Search(path, text);
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
    }

    private void Add(Activity span)
    {
        string source = $"span {span.OperationName}";
        Add(source, span.DisplayName);
        Add(source, span.StatusDescription);
        Add(source, span.TagObjects.Concat(span.Events.SelectMany(one => one.Tags)).Concat(span.Links.SelectMany(link => link.Tags ?? [])).ToArray());
        Add(source, span.Baggage.ToArray());
        Add(source, span.Events.Select(one => one.Name).ToArray());
    }

    private void Add(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        => Add($"metric {instrument.Name}", tags.ToArray());

    private void Search(string path, string text)
    {
        foreach (string forbidden in _texts)
        {
            int at = text.IndexOf(forbidden, StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
                Findings.Enqueue($"{path}: ...{text[Math.Max(0, at - 100)..Math.Min(text.Length, at + 60)]}");
        }
    }

    private sealed class Logger(ObservedOutput output, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => output._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string source = $"log {eventId.Id} of {category}";
            output.Add(source, formatter(state, exception));
            output.Add(source, state);
            output.Add(source, exception);
            output._scopes.ForEachScope(static (scope, add) => add.Output.Add(add.Source, scope), (Output: output, Source: source));
        }
    }
}
