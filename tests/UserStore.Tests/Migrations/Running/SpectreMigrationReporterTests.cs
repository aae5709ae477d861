using Spectre.Console;
using UserStore.Migrations;
using UserStore.SpectreConsole;
using UserStore.Testing;

namespace UserStore.Tests.Migrations.Running;

/// <summary>Progress bars on a terminal, and lines elsewhere.</summary>
public sealed class SpectreMigrationReporterTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly FakeClock _clock = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void A_terminal_shows_bars_that_are_complete_at_the_end_and_a_summary()
    {
        SpectreMigrationReporter reporter = Reporter(AnsiSupport.Yes);

        Run(reporter, "1_a", new MigrationProgress("counting", 11, 12, TimeSpan.FromHours(30)));

        LastLineOf("1_a").Should().Contain("Apply 1_a: done in 5 min 3 s").And.Contain("100%").And.NotContain("remaining").And.NotContain("counting");
        _output.ToString().Should().Contain("\e").And.Contain("Migrations: Completed, 1 step completed in 30 h.");
    }

    [Fact]
    public void Runs_of_two_stores_follow_each_other()
    {
        SpectreMigrationReporter reporter = Reporter(AnsiSupport.Yes);

        Run(reporter, "1_a");
        Run(reporter, "1_a");
        reporter.RunStarting(new MigrationPlan([], []));
        reporter.RunEnded(new MigrationRun(MigrationOutcome.Completed, [], TimeSpan.Zero));
        Run(reporter, "1_b");

        LastLineOf("1_b").Should().Contain("Apply 1_b: done in").And.Contain("100%");
        _output.ToString().Should().Contain("Migrations: Completed, 0 steps completed in 0 s.");
    }

    [Theory]
    [InlineData(AnsiSupport.Yes)]
    [InlineData(AnsiSupport.No)]
    public void Runs_of_two_stores_overlap(AnsiSupport ansi)
    {
        SpectreMigrationReporter reporter = Reporter(ansi);
        MigrationStep first = new("1_a", MigrationAction.Apply), second = new("1_a", MigrationAction.Apply);

        reporter.RunStarting(new MigrationPlan([first], []));
        reporter.StepStarting(first);
        reporter.RunStarting(new MigrationPlan([second], []));
        reporter.StepStarting(second);
        End(reporter, first);
        End(reporter, second);

        _output.ToString().Split("Migrations: Completed").Should().HaveCount(3);
    }

    [Fact]
    public void A_failed_step_is_not_complete()
    {
        SpectreMigrationReporter reporter = Reporter(AnsiSupport.Yes);
        var step = new MigrationStep("1_a", MigrationAction.Apply);
        reporter.RunStarting(new MigrationPlan([step], []));
        reporter.StepStarting(step);
        reporter.Progressed(step, new MigrationProgress("counting", 3, 12, TimeSpan.FromSeconds(9)));

        reporter.StepEnded(new MigrationStepResult(step, TimeSpan.FromSeconds(1), new TimeoutException()));
        reporter.RunEnded(new MigrationRun(MigrationOutcome.Failed, [], TimeSpan.FromSeconds(1)));

        LastLineOf("1_a").Should().Contain("Apply 1_a: failed after 1 s").And.Contain("25%");
        _output.ToString().Should().Contain("Migrations: Failed, 0 steps completed in 1 s.");
    }

    [Fact]
    public async Task A_console_on_which_the_application_draws_is_an_error_and_does_not_block_the_run()
    {
        IAnsiConsole console = ConsoleOf(AnsiSupport.Yes);
        var reporter = new SpectreMigrationReporter(console);
        var step = new MigrationStep("1_a", MigrationAction.Apply);

        await console.Status().StartAsync("busy", _ =>
        {
            reporter.RunStarting(new MigrationPlan([step], []));
            reporter.Invoking(one => one.StepStarting(step)).Should().Throw<InvalidOperationException>();
            reporter.Progressed(step, new MigrationProgress("counting", 1));
            End(reporter, step);
            return Task.CompletedTask;
        });

        _output.ToString().Should().Contain("Migrations: Completed");
    }

    [Fact]
    public void Elsewhere_lines_have_no_escape_codes_and_progress_at_most_every_five_seconds()
    {
        SpectreMigrationReporter reporter = Reporter(AnsiSupport.No);
        var step = new MigrationStep("1_a", MigrationAction.Apply);
        reporter.RunStarting(new MigrationPlan([step], ["[out of order]"]));
        reporter.StepStarting(step);
        for (int done = 0; done < 100; done++)
        {
            reporter.Progressed(step, new MigrationProgress("counting", done, 100));
            _clock.Advance(TimeSpan.FromSeconds(0.1));
        }

        End(reporter, step);

        _output.ToString().ReplaceLineEndings("\n").Should().Be("""
            Warning: [out of order]
            Apply 1_a: started
            Apply 1_a: counting: 0 of 100 done
            Apply 1_a: counting: 50 of 100 done
            Apply 1_a: done in 5 min 3 s
            Migrations: Completed, 1 step completed in 30 h.

            """.ReplaceLineEndings("\n"));
    }

    private static void Run(SpectreMigrationReporter reporter, string id, MigrationProgress? progress = null)
    {
        var step = new MigrationStep(id, MigrationAction.Apply);
        reporter.RunStarting(new MigrationPlan([step], []));
        reporter.StepStarting(step);
        reporter.Progressed(step, progress ?? new MigrationProgress("counting", 1));
        End(reporter, step);
    }

    private static void End(SpectreMigrationReporter reporter, MigrationStep step)
    {
        var result = new MigrationStepResult(step, new TimeSpan(0, 5, 3));
        reporter.StepEnded(result);
        reporter.RunEnded(new MigrationRun(MigrationOutcome.Completed, [result], TimeSpan.FromHours(30)));
    }

    private SpectreMigrationReporter Reporter(AnsiSupport ansi) => new(ConsoleOf(ansi), _clock);

    private IAnsiConsole ConsoleOf(AnsiSupport ansi)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = ansi,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(_output),
        });
        console.Profile.Width = 200;
        return console;
    }

    private string LastLineOf(string id) => _output.ToString().Split('\n').Last(line => line.Contains(id, StringComparison.Ordinal));
}
