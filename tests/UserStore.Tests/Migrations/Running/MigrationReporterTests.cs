using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using UserStore.Migrations;
using UserStore.SpectreConsole;

namespace UserStore.Tests.Migrations.Running;

public sealed class MigrationReporterTests
{
    [Fact]
    public async Task The_log_tells_how_a_run_goes_on_by_events_that_do_not_change()
    {
        using var log = new RecordingLogger();
        IMigrationRunner runner = Runner(services => services.AddLogging(logging => logging.AddProvider(log)), isBroken: true);

        await runner.Invoking(one => one.RunAsync()).Should().ThrowAsync<MigrationFailedException>();

        log.Events.Select(logged => logged.Id).Should().Equal(201, 203, 204, 205, 203, 206, 207);
        log.Events.Should().OnlyContain(logged => !logged.Text.Contains("ada@example.test"));
        log.Events.Single(logged => logged.Id == 206).Text.Should().Contain("2_breaks").And.Contain("FormatException");
    }

    [Fact]
    public async Task The_console_shows_bars_and_a_sum()
    {
        var output = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(output),
        });
        IMigrationRunner runner = Runner(
            services => services.AddSingleton<IMigrationReporter>(new SpectreMigrationReporter(console)), isBroken: false);

        await runner.RunAsync();
        await runner.RunAsync();

        output.ToString().Should().Contain("Migrations: Completed, 2 steps done").And.Contain("Migrations: Completed, 0 steps done")
            .And.Contain("1_counts").And.Contain("100%");
    }

    [Fact]
    public async Task The_console_shows_a_failure()
    {
        var output = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        IMigrationRunner runner = Runner(
            services => services.AddSingleton<IMigrationReporter>(new SpectreMigrationReporter(console)), isBroken: true);

        await runner.Invoking(one => one.RunAsync()).Should().ThrowAsync<MigrationFailedException>();

        output.ToString().Should().Contain("Migrations: Failed, 1 steps done");
    }

    [Fact]
    public void The_reporter_is_registered_once()
        => new ServiceCollection().AddSpectreMigrationReporter().AddSpectreMigrationReporter()
            .Should().ContainSingle().Which.ImplementationType.Should().Be<SpectreMigrationReporter>();

    private static IMigrationRunner Runner(Action<IServiceCollection> configure, bool isBroken)
    {
        ServiceCollection services = [];
        services.AddUserStore().AddMigrations(options => options.Migrations
            .Add("1_counts", (context, _) =>
            {
                context.Report(new MigrationProgress("counting", 1, 4, TimeSpan.FromSeconds(3)));
                return Task.CompletedTask;
            })
            .Add("2_breaks", (_, _) => isBroken ? throw new FormatException("ada@example.test") : Task.CompletedTask));
        services.AddInMemoryUserStore();
        configure(services);
        return services.BuildServiceProvider().GetRequiredService<IMigrationRunner>();
    }

    private sealed class RecordingLogger : ILogger, ILoggerProvider
    {
        public List<(int Id, string Text)> Events { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Events)
                Events.Add((eventId.Id, formatter(state, exception)));
        }

        public void Dispose()
        {
        }
    }
}
