using Spectre.Console;
using Spectre.Console.Rendering;
using UserStore.Migrations;

namespace UserStore.SpectreConsole;

/// <summary>Draws a progress bar for each step, on a terminal.</summary>
internal sealed class ProgressBars(IAnsiConsole console) : IMigrationReporter
{
    private readonly Lock _lock = new();
    // Two stores can have a step of the same migration id.
    private readonly Dictionary<MigrationStep, ProgressTask> _bars = new(ReferenceEqualityComparer.Instance);
    private int _runs;
    private Display? _display;

    public void RunStarting(MigrationPlan plan)
    {
        lock (_lock)
            _runs++;
        foreach (string warning in plan.Warnings)
            console.MarkupLineInterpolated($"[yellow]{warning}[/]");
    }

    public void StepStarting(MigrationStep started)
    {
        lock (_lock)
        {
            _display ??= Display.Start(console);
            _bars[started] = _display.Context.AddTask(Markup.Escape($"{started.Action} {started.MigrationId}")).IsIndeterminate();
        }
    }

    public void Progressed(MigrationStep running, MigrationProgress progress)
    {
        lock (_lock)
        {
            if (!_bars.TryGetValue(running, out ProgressTask? bar))
                return;
            bool isKnown = progress.Total is { } total && total > 0 && total >= progress.Done;
            bar.Description = Markup.Escape($"{running.Action} {running.MigrationId}: {progress}");
            bar.IsIndeterminate(!isKnown);
            bar.MaxValue = isKnown ? progress.Total!.Value : 1;
            bar.Value = isKnown ? progress.Done : 0;
        }
    }

    public void StepEnded(MigrationStepResult result)
    {
        lock (_lock)
        {
            if (!_bars.Remove(result.Step, out ProgressTask? bar))
                return;
            bar.Description = Markup.Escape($"{result}");
            bar.IsIndeterminate(false);
            if (result.Failure is null)
                bar.Value = bar.MaxValue;
            bar.StopTask();
        }
    }

    public void RunEnded(MigrationRun run)
    {
        lock (_lock)
        {
            if (--_runs == 0)
            {
                _display?.End();
                _display = null;
            }
        }

        string color = run.Outcome == MigrationOutcome.Failed ? "red" : "green";
        console.MarkupLineInterpolated($"[{color}]Migrations: {run}.[/]");
    }

    /// <summary>Represents the lines of the console in which the bars are drawn.</summary>
    private sealed class Display
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<ProgressContext> _started = new();
        private readonly Task _drawing;

        private Display(IAnsiConsole console)
        {
            _drawing = console.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new KnownPercentageColumn(), new SpinnerColumn())
                .StartAsync(async context =>
                {
                    _started.SetResult(context);
                    await _ended.Task.ConfigureAwait(false);
                });
            // Drawing fails at once if the application draws something else on the console.
            Task.WaitAny(_started.Task, _drawing);
            Context = _started.Task.IsCompleted ? _started.Task.Result : throw new InvalidOperationException("The console is in use.", _drawing.Exception);
        }

        public ProgressContext Context { get; }

        public static Display Start(IAnsiConsole console) => new(console);

        /// <summary>Draws the final state of the bars.</summary>
        public void End()
        {
            _ended.TrySetResult();
            _drawing.GetAwaiter().GetResult();
        }
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
