using Spectre.Console;
using UserStore.Migrations;

namespace UserStore.SpectreConsole;

/// <summary>Shows on the console how migrations go on: a progress bar for each step, with the estimated rest, and a line at the
/// end.</summary>
public sealed class SpectreMigrationReporter : IMigrationReporter
{
    private readonly IAnsiConsole _console;
    private readonly Dictionary<string, ProgressTask> _bars = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private TaskCompletionSource? _ended;
    private Task _display = Task.CompletedTask;
    private ProgressContext? _context;

    /// <summary>Initializes a new instance of the <see cref="SpectreMigrationReporter"/> class.</summary>
    /// <param name="console">The console; that of the process if null.</param>
    public SpectreMigrationReporter(IAnsiConsole? console = null) => _console = console ?? AnsiConsole.Console;

    /// <inheritdoc/>
    public void RunStarting(MigrationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (string warning in plan.Warnings)
            _console.MarkupLineInterpolated($"[yellow]{warning}[/]");
        if (plan.Steps.Count == 0)
            return;

        var ended = _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var started = new ManualResetEventSlim();
        _display = _console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                _context = context;
                started.Set();
                await ended.Task.ConfigureAwait(false);
            });
        started.Wait();
    }

    /// <inheritdoc/>
    public void StepStarting(MigrationStep started)
    {
        ArgumentNullException.ThrowIfNull(started);
        lock (_lock)
            _bars[started.MigrationId] = _context!.AddTask(Markup.Escape($"{started.Action} {started.MigrationId}")).IsIndeterminate();
    }

    /// <inheritdoc/>
    public void Progressed(MigrationStep running, MigrationProgress progress)
    {
        ArgumentNullException.ThrowIfNull(running);
        ArgumentNullException.ThrowIfNull(progress);
        lock (_lock)
        {
            ProgressTask bar = _bars[running.MigrationId];
            string rest = progress.Remaining is { } remaining ? $", {remaining:hh\\:mm\\:ss} to go" : "";
            bar.Description = Markup.Escape($"{running.Action} {running.MigrationId}: {progress.Activity}, {progress.Done} of {progress.Total?.ToString() ?? "?"}{rest}");
            bar.IsIndeterminate(progress.Total is null);
            bar.MaxValue = Math.Max(1, progress.Total ?? 1);
            bar.Value = Math.Min(progress.Done, bar.MaxValue);
        }
    }

    /// <inheritdoc/>
    public void StepEnded(MigrationStepResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        lock (_lock)
        {
            ProgressTask bar = _bars[result.Step.MigrationId];
            bar.IsIndeterminate(false);
            if (result.Failure is null)
                bar.Value = bar.MaxValue;
            bar.StopTask();
        }
    }

    /// <inheritdoc/>
    public void RunEnded(MigrationRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _ended?.TrySetResult();
        _display.GetAwaiter().GetResult(); // so that the bars are drawn before the line below
        lock (_lock)
            _bars.Clear();
        string colour = run.Outcome == MigrationOutcome.Failed ? "red" : "green";
        _console.MarkupLine($"[{colour}]Migrations: {run.Outcome}, {run.Steps.Count} steps done in {run.Duration.TotalSeconds:0.0} s.[/]");
    }
}
