namespace UserStore.Migrations;

/// <summary>Is told how a run goes on. Registered as a service, any number of them. A reporter that throws is logged and does not disturb
/// the run.</summary>
/// <remarks>Called by the run itself, which waits for it; <see cref="Progressed"/> may be called by several threads at once.</remarks>
public interface IMigrationReporter
{
    /// <summary>The lock is held and the plan is made.</summary>
    /// <param name="plan">The plan.</param>
    void RunStarting(MigrationPlan plan)
    {
    }

    /// <summary>A step begins.</summary>
    /// <param name="started">The step.</param>
    void StepStarting(MigrationStep started)
    {
    }

    /// <summary>A step tells how far it has come.</summary>
    /// <param name="running">The step.</param>
    /// <param name="progress">How far.</param>
    void Progressed(MigrationStep running, MigrationProgress progress)
    {
    }

    /// <summary>A step is done or has failed.</summary>
    /// <param name="result">What became of it.</param>
    void StepEnded(MigrationStepResult result)
    {
    }

    /// <summary>The run has ended.</summary>
    /// <param name="run">What it did.</param>
    void RunEnded(MigrationRun run)
    {
    }
}

/// <summary>How far a migration has come.</summary>
/// <param name="Activity">What it does at the moment, such as the name of a backfill.</param>
/// <param name="Done">How much is done, in items if <paramref name="Activity"/> is a backfill.</param>
/// <param name="Total">How much there is to do, estimated; <see langword="null"/> when unknown.</param>
/// <param name="Remaining">How long the rest will take, estimated; <see langword="null"/> when unknown.</param>
public sealed record MigrationProgress(string Activity, long Done, long? Total = null, TimeSpan? Remaining = null);
