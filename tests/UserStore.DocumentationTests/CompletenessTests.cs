using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using UserStore.Testing;

namespace UserStore.DocumentationTests;

/// <summary>Nothing that a user can set, or that the packages report, is missing in the guides.</summary>
public sealed class CompletenessTests
{
    private static readonly Assembly[] Packages = [typeof(User).Assembly, typeof(InMemoryUserStore).Assembly];

    /// <summary>The pages to which the page of the configuration refers.</summary>
    private static readonly string[] OptionPages = ["docs/configuration.md", "docs/migrations.md", "docs/replication.md", "docs/security.md"];

    [Fact]
    public void Every_option_is_in_a_table_of_the_configuration_or_of_a_page_that_it_names()
    {
        string configuration = new Page(OptionPages[0]).Text;
        configuration.Should().ContainAll(OptionPages.Skip(1).Select(page => $"({Path.GetFileName(page)}"));
        HashSet<string> named = [.. OptionPages.SelectMany(page => new Page(page).CodeSpans)];

        (string Type, string Option)[] options = [.. Packages.SelectMany(package => package.GetExportedTypes())
            .Where(type => type.Name.Split('`')[0].EndsWith("Options", StringComparison.Ordinal))
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Select(option => (type.Name, option.Name)))];

        options.Should().HaveCountGreaterThan(60);
        options.Where(option => !named.Contains(option.Option)).Should().BeEmpty();
        options.Select(option => option.Type.Split('`')[0]).Distinct().Where(type => !named.Any(span => span.Split('<')[0] == type)).Should().BeEmpty();
    }

    [Fact]
    public void Every_metric_is_explained()
    {
        List<string> metrics = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == UserStoreTelemetry.MeterName)
                    metrics.Add(instrument.Name);
            },
        };
        Type instruments = typeof(User).Assembly.GetType("UserStore.DynamoDb.Sending.Instruments", throwOnError: true)!;
        RuntimeHelpers.RunClassConstructor(instruments.TypeHandle);

        listener.Start();

        metrics.Should().HaveCountGreaterThan(4);
        Explained("metric").Should().BeEquivalentTo(metrics);
    }

    [Fact]
    public void Every_log_event_is_explained_with_its_level()
    {
        var events = typeof(User).Assembly.GetTypes().SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()
            .Select(message => (message.EventId, message.Level)).ToHashSet();
        var explained = new Page("docs/operations.md").RowsOf("log event")
            .SelectMany(row => row[0].Split('`')[0].Split(',').Zip(LevelsOf(row))).Select(pair => (int.Parse(pair.First), Enum.Parse<LogLevel>(pair.Second)));

        events.Should().HaveCountGreaterThan(25);
        explained.Should().BeEquivalentTo(events);
    }

    [Fact]
    public void Every_tag_of_spans_and_metrics_is_explained()
    {
        string[] prefixes = ["aws.", "db.", "error."];
        IEnumerable<string> tags = Messages.All.Where(text => text.All(letter => char.IsAsciiLetterLower(letter) || letter is '.' or '_')
            && prefixes.Any(prefix => text.StartsWith(prefix, StringComparison.Ordinal)));

        tags.Should().HaveCountGreaterThan(6);
        new Page("docs/operations.md").CodeSpans.Should().Contain(tags);
    }

    private static IEnumerable<string> Explained(string table) => new Page("docs/operations.md").RowsOf(table).Select(row => row[0].Trim('`'));

    // One level for all events of the row, or one for each.
    private static IEnumerable<string> LevelsOf(string[] row)
    {
        string[] levels = row[1].Split(", ");
        return levels.Length == 1 ? Enumerable.Repeat(levels[0], row[0].Split(',').Length) : levels;
    }
}
