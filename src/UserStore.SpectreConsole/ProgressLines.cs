using System.Runtime.CompilerServices;
using UserStore.Migrations;

namespace UserStore.SpectreConsole;

/// <summary>Writes plain lines, for files and pipes.</summary>
internal sealed class ProgressLines(TextWriter writer, TimeProvider time) : IMigrationReporter
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly ConditionalWeakTable<MigrationStep, StrongBox<long>> _written = [];

    public void RunStarting(MigrationPlan plan)
    {
        foreach (string warning in plan.Warnings)
            Write($"Warning: {warning}");
    }

    public void StepStarting(MigrationStep started) => Write($"{started.Action} {started.MigrationId}: started");

    public void Progressed(MigrationStep running, MigrationProgress progress)
    {
        lock (_lock)
        {
            if (_written.TryGetValue(running, out StrongBox<long>? last) && time.GetElapsedTime(last.Value) < Interval)
                return;
            _written.AddOrUpdate(running, new StrongBox<long>(time.GetTimestamp()));
            Write($"{running.Action} {running.MigrationId}: {progress}");
        }
    }

    public void StepEnded(MigrationStepResult result) => Write($"{result}");

    public void RunEnded(MigrationRun run) => Write($"Migrations: {run}.");

    private void Write(string line)
    {
        lock (_lock)
            writer.WriteLine(line);
    }
}
