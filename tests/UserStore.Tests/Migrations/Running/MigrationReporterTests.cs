using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Spectre.Console;
using UserStore.Migrations;
using UserStore.SpectreConsole;

namespace UserStore.Tests.Migrations.Running;

public sealed class MigrationReporterTests
{
    [Fact]
    public async Task The_log_describes_a_run_with_stable_event_ids()
    {
        using var log = new FakeLoggerProvider();
        IMigrationRunner runner = Runner(services => services.AddLogging(logging => logging.AddProvider(log)), isBroken: true);

        await runner.Invoking(one => one.RunAsync()).Should().ThrowAsync<MigrationFailedException>();

        IReadOnlyList<FakeLogRecord> records = log.Collector.GetSnapshot();
        records.Select(logged => logged.Id.Id).Should().Equal(201, 203, 204, 205, 203, 206, 207);
        records.Should().OnlyContain(logged => !logged.Message.Contains("ada@example.test"));
        records.Single(logged => logged.Id == 206).Message.Should().Contain("2_breaks").And.Contain("FormatException");
        records.Where(logged => logged.Id.Id is 201 or 206 or 207).Should().OnlyContain(
            logged => logged.Message.Contains(" of journal _migrations"), "several stores have migrations with the same ids");
    }

    [Theory]
    [InlineData(null, null, "reserving unique values: 120 done")]
    [InlineData(500, null, "reserving unique values: 120 of 500 done")]
    [InlineData(500, 3, "reserving unique values: 120 of 500 done, 3 s remaining")]
    [InlineData(500, 303, "reserving unique values: 120 of 500 done, 5 min 3 s remaining")]
    [InlineData(500, 108_000, "reserving unique values: 120 of 500 done, 30 h remaining")]
    [InlineData(500, 352_800, "reserving unique values: 120 of 500 done, 4 d 2 h remaining")]
    [InlineData(120, 0, "reserving unique values: 120 of 120 done")]
    [InlineData(120, 3, "reserving unique values: 120 of 120 done")]
    [InlineData(100, 3, "reserving unique values: 120 done")]
    [InlineData(0, 3, "reserving unique values: 120 done")]
    public async Task Progress_shows_only_what_is_known(int? total, int? seconds, string expected)
    {
        using var log = new FakeLoggerProvider();
        var output = new StringWriter();
        TimeSpan? remaining = seconds is null ? null : TimeSpan.FromSeconds(seconds.Value);
        IMigrationRunner runner = Runner(
            services => services.AddLogging(logging => logging.AddProvider(log))
                .AddSingleton<IMigrationReporter>(new SpectreMigrationReporter(ConsoleOf(output, AnsiSupport.No))),
            isBroken: false,
            new MigrationProgress("reserving unique values", 120, total, remaining));

        await runner.RunAsync();

        log.Collector.GetSnapshot().Single(logged => logged.Id == 204).Message.Should().Be($"Migration 1_counts: {expected}.");
        output.ToString().Should().Contain($"Apply 1_counts: {expected}{Environment.NewLine}");
    }

    [Fact]
    public void The_reporter_is_registered_once()
        => new ServiceCollection().AddSpectreMigrationReporter().AddSpectreMigrationReporter()
            .Should().ContainSingle().Which.ImplementationType.Should().Be<SpectreMigrationReporter>();

    [Fact]
    public async Task The_cause_of_a_failure_is_logged_only_in_a_category_and_level_of_its_own()
    {
        using var log = new FakeLoggerProvider();
        IMigrationRunner runner = Runner(
            services => services.AddLogging(logging => logging.AddProvider(log).AddFilter("UserStore.Migrations.Causes", LogLevel.Debug)), isBroken: true);

        await runner.Invoking(one => one.RunAsync()).Should().ThrowAsync<MigrationFailedException>();

        FakeLogRecord cause = log.Collector.GetSnapshot().Single(logged => logged.Id == 221);
        (cause.Category, cause.Level).Should().Be(("UserStore.Migrations.Causes", LogLevel.Debug));
        cause.Exception!.ToString().Should().Contain("ada@example.test");
        log.Collector.GetSnapshot().Where(logged => logged.Id != 221).Should().OnlyContain(
            logged => logged.Exception == null && !logged.Message.Contains("ada@example.test"));
    }

    private static IAnsiConsole ConsoleOf(StringWriter output, AnsiSupport ansi) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = ansi,
        Interactive = InteractionSupport.Yes,
        Out = new AnsiConsoleOutput(output),
    });

    private static IMigrationRunner Runner(Action<IServiceCollection> configure, bool isBroken, MigrationProgress? progress = null)
    {
        ServiceCollection services = [];
        services.AddUserStore().AddMigrations(options => options.Migrations
            .Add("1_counts", (context, _) =>
            {
                context.Report(progress ?? new MigrationProgress("counting", 1, 4, TimeSpan.FromSeconds(3)));
                return Task.CompletedTask;
            })
            .Add("2_breaks", (_, _) => isBroken ? throw new FormatException("ada@example.test") : Task.CompletedTask));
        services.AddInMemoryUserStore();
        configure(services);
        return services.BuildServiceProvider().GetRequiredService<IMigrationRunner>();
    }
}
