using Spectre.Console;
using Spectre.Console.Rendering;
using UserStore.Migrations;

namespace UserStore.SpectreConsole;

/// <summary>Shows the progress of migrations on the console: a progress bar for each step, with the estimated remaining time, and a summary
/// at the end.</summary>
public sealed class SpectreMigrationReporter : IMigrationReporter
{
    private readonly IAnsiConsole _console;
    private readonly Dictionary<string, ProgressTask> _bars = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private TaskCompletionSource? _ended;
    private Task _display = Task.CompletedTask;
    private ProgressContext? _context;

    /// <summary>Initializes a new instance of the <see cref="SpectreMigrationReporter"/> class.</summary>
    /// <param name="console">The console; the console of the process if null.</param>
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
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new KnownPercentageColumn(), new SpinnerColumn())
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
            bar.Description = Markup.Escape($"{running.Action} {running.MigrationId}: {progress}");
            bar.IsIndeterminate(progress.Total is null);
            bar.MaxValue = Math.Max(1, progress.Total ?? 1);
            bar.Value = progress.Total is null ? 0 : Math.Min(progress.Done, bar.MaxValue);
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
        _display.GetAwaiter().GetResult(); // so that the bars are drawn before the summary
        lock (_lock)
            _bars.Clear();
        string color = run.Outcome == MigrationOutcome.Failed ? "red" : "green";
        _console.MarkupLine($"[{color}]Migrations: {run.Outcome}, {run.Steps.Count} steps completed in {run.Duration.TotalSeconds:0.0} s.[/]");
    }

    /// <summary>Shows a percentage once the total is known.</summary>
    private sealed class KnownPercentageColumn : ProgressColumn
    {
        private readonly PercentageColumn _percentage = new();

        public override int? GetColumnWidth(RenderOptions options) => _percentage.GetColumnWidth(options);

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
            => task.IsIndeterminate ? Text.Empty : _percentage.Render(options, task, deltaTime);
    }
}
