using Microsoft.Extensions.Logging;

namespace UserStore.Migrations.Running;

/// <summary>Notifies all reporters. An exception of a reporter is logged and does not affect the run.</summary>
internal sealed class Reporters(IReadOnlyList<IMigrationReporter> reporters, ILogger logger) : IMigrationReporter
{
    public void RunStarting(MigrationPlan plan) => Notify(reporter => reporter.RunStarting(plan));

    public void StepStarting(MigrationStep started) => Notify(reporter => reporter.StepStarting(started));

    public void Progressed(MigrationStep running, MigrationProgress progress)
        => Notify(reporter => reporter.Progressed(running, progress));

    public void StepEnded(MigrationStepResult result) => Notify(reporter => reporter.StepEnded(result));

    public void RunEnded(MigrationRun run) => Notify(reporter => reporter.RunEnded(run));

    private void Notify(Action<IMigrationReporter> notify)
    {
        foreach (IMigrationReporter reporter in reporters)
        {
            try
            {
                notify(reporter);
            }
            catch (Exception failure)
            {
                MigrationLog.ReporterFailed(logger, reporter.GetType().Name, failure);
            }
        }
    }
}
