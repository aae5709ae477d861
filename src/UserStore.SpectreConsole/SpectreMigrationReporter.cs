using Spectre.Console;
using UserStore.Migrations;

namespace UserStore.SpectreConsole;

/// <summary>Shows the progress of migrations on the console: a progress bar for each step, with the estimated remaining time, and a summary
/// at the end. If the output is redirected, it writes plain lines, for each step at most one line with its progress in 5 seconds.</summary>
/// <remarks>Runs of several stores can follow each other or overlap. Do not log to the same console at the same time, because each would
/// interrupt the lines of the other.</remarks>
public sealed class SpectreMigrationReporter : IMigrationReporter
{
    private readonly IMigrationReporter _display;

    /// <summary>Initializes a new instance of the <see cref="SpectreMigrationReporter"/> class.</summary>
    /// <param name="console">The console; if null, standard error, so that standard output contains only results.</param>
    /// <param name="timeProvider">The clock; that of the system if null.</param>
    public SpectreMigrationReporter(IAnsiConsole? console = null, TimeProvider? timeProvider = null)
    {
        console ??= AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        _display = CanDraw(console)
            ? new ProgressBars(console)
            : new ProgressLines(console.Profile.Out.Writer, timeProvider ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public void RunStarting(MigrationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _display.RunStarting(plan);
    }

    /// <inheritdoc/>
    public void StepStarting(MigrationStep started)
    {
        ArgumentNullException.ThrowIfNull(started);
        _display.StepStarting(started);
    }

    /// <inheritdoc/>
    public void Progressed(MigrationStep running, MigrationProgress progress)
    {
        ArgumentNullException.ThrowIfNull(running);
        ArgumentNullException.ThrowIfNull(progress);
        _display.Progressed(running, progress);
    }

    /// <inheritdoc/>
    public void StepEnded(MigrationStepResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        _display.StepEnded(result);
    }

    /// <inheritdoc/>
    public void RunEnded(MigrationRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _display.RunEnded(run);
    }

    // Spectre.Console derives the capabilities of a console from the environment, also if its output is redirected.
    private static bool CanDraw(IAnsiConsole console)
    {
        TextWriter writer = console.Profile.Out.Writer;
        bool isRedirected = (writer == Console.Out && Console.IsOutputRedirected) || (writer == Console.Error && Console.IsErrorRedirected);
        return !isRedirected && console.Profile.Capabilities is { Ansi: true, Interactive: true };
    }
}
