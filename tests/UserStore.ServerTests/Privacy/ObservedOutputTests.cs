using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace UserStore.ServerTests.Privacy;

/// <summary>Wherever a value is, the observation of the walk finds it.</summary>
public sealed class ObservedOutputTests : IDisposable
{
    private const string Secret = "observed-secret";

    private readonly ObservedOutput _output = new([Secret], static value => value is ApplicationFailureException);

    public static TheoryData<string, Action<ILogger>> Leaks => new()
    {
        { "message", logger => logger.Log(LogLevel.Trace, default, 1, null, (_, _) => $"of {Secret}") },
        { "state", logger => Logged(logger, new KeyValuePair<string, object?>[] { new("user", Secret) }) },
        { "property of the state", logger => Logged(logger, new User { Email = Secret }) },
        { "scope", logger => Scoped(logger, new Dictionary<string, object> { ["user"] = Secret }) },
        { "message of an exception", logger => Thrown(logger, new InvalidOperationException(Secret)) },
        { "inner exception", logger => Thrown(logger, new InvalidOperationException("", new AggregateException(new FormatException(Secret)))) },
        { "data of an exception", logger => Thrown(logger, new InvalidOperationException { Data = { ["user"] = Secret } }) },
        { "property of an exception", logger => Thrown(logger, new ArgumentOutOfRangeException("", Secret, "")) },
        { "tag of a span", _ => Traced(span => span.SetTag("user", Secret)) },
        { "status of a span", _ => Traced(span => span.SetStatus(ActivityStatusCode.Error, Secret)) },
        { "event of a span", _ => Traced(span => span.AddEvent(new ActivityEvent("", tags: new() { ["user"] = Secret }))) },
        { "tag of a measurement", _ => Measured(Secret) },
    };

    [Theory]
    [MemberData(nameof(Leaks))]
    public void A_value_is_found(string place, Action<ILogger> leak)
    {
        leak(_output.CreateLogger("category"));

        _output.Findings.Should().NotBeEmpty($"it is in the {place}");
    }

    [Fact]
    public void Exceptions_of_the_application_are_left_out_but_not_what_surrounds_them()
    {
        _output.Add("thrown", new InvalidOperationException("ours", new ApplicationFailureException(Secret)));
        _output.Findings.Should().BeEmpty();

        _output.Add("thrown", new InvalidOperationException(Secret, new ApplicationFailureException("theirs")));
        _output.Findings.Should().NotBeEmpty();
    }

    public void Dispose() => _output.Dispose();

    private static void Logged<TState>(ILogger logger, TState state) => logger.Log(LogLevel.Trace, default, state, null, (_, _) => "");

    private static void Scoped(ILogger logger, object state)
    {
        using IDisposable? scope = logger.BeginScope(state);
        logger.Log(LogLevel.Trace, default, 1, null, (_, _) => "");
    }

    private static void Thrown(ILogger logger, Exception exception) => logger.Log(LogLevel.Critical, default, 1, exception, (_, _) => "");

    private static void Traced(Action<Activity> set)
    {
        using var source = new ActivitySource("of a test");
        using Activity span = source.StartActivity("span")!;
        set(span);
    }

    private static void Measured(string tag)
    {
        using var meter = new Meter("of a test");
        meter.CreateCounter<long>("count").Add(1, new KeyValuePair<string, object?>("user", tag));
    }
}
