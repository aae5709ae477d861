using Microsoft.Extensions.Logging;
using UserStore.DynamoDb.Sending;

namespace UserStore.Migrations.Running;

/// <summary>Logs the progress of a run.</summary>
/// <param name="logger">The logger of events without values of users.</param>
/// <param name="causes">The logger of the exceptions of migrations; see <see cref="MigrationLog.CausesCategory"/>.</param>
/// <param name="journal">The table of the journal, without the prefix, which tells the runs of several stores apart.</param>
internal sealed class LoggingReporter(ILogger logger, ILogger causes, string journal) : IMigrationReporter
{
    public void RunStarting(MigrationPlan plan)
    {
        MigrationLog.RunStarting(logger, journal, plan.Steps.Count);
        foreach (string warning in plan.Warnings)
            MigrationLog.PlanWarning(logger, warning);
    }

    public void StepStarting(MigrationStep started) => MigrationLog.StepStarting(logger, started.Action, started.MigrationId);

    public void Progressed(MigrationStep running, MigrationProgress progress)
        => MigrationLog.Progressed(logger, running.MigrationId, progress);

    public void StepEnded(MigrationStepResult result)
    {
        if (result.Failure is null)
        {
            MigrationLog.StepDone(logger, result.Step.Action, result.Step.MigrationId, result.Duration);
        }
        else
        {
            MigrationLog.StepFailed(
                logger, result.Step.Action, result.Step.MigrationId, journal, result.Duration, FailureDescription.Of(result.Failure));
            MigrationLog.Cause(causes, result.Step.Action, result.Step.MigrationId, result.Failure);
        }
    }

    public void RunEnded(MigrationRun run) => MigrationLog.RunEnded(logger, journal, run.Outcome, run.Steps.Count, run.Duration);
}
