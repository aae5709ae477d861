using Microsoft.Extensions.Logging;

namespace UserStore.Migrations.Running;

/// <summary>Tells all reporters, and does not let one that throws disturb the run.</summary>
internal sealed class Reporters(IReadOnlyList<IMigrationReporter> reporters, ILogger logger) : IMigrationReporter
{
    public void RunStarting(MigrationPlan plan) => Tell(reporter => reporter.RunStarting(plan));

    public void StepStarting(MigrationStep started) => Tell(reporter => reporter.StepStarting(started));

    public void Progressed(MigrationStep running, MigrationProgress progress)
        => Tell(reporter => reporter.Progressed(running, progress));

    public void StepEnded(MigrationStepResult result) => Tell(reporter => reporter.StepEnded(result));

    public void RunEnded(MigrationRun run) => Tell(reporter => reporter.RunEnded(run));

    private void Tell(Action<IMigrationReporter> tell)
    {
        foreach (IMigrationReporter reporter in reporters)
        {
            try
            {
                tell(reporter);
            }
            catch (Exception failure)
            {
                MigrationLog.ReporterFailed(logger, reporter.GetType().Name, failure);
            }
        }
    }
}
