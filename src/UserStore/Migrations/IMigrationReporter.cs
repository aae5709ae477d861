using System.Globalization;

namespace UserStore.Migrations;

/// <summary>Receives notifications about the progress of a run. Any number of reporters can be registered as services. An exception of a
/// reporter is logged and does not affect the run.</summary>
/// <remarks>The run waits for each call. <see cref="Progressed"/> may be called concurrently.</remarks>
public interface IMigrationReporter
{
    /// <summary>Called after the lock is acquired and the plan is created.</summary>
    /// <param name="plan">The plan.</param>
    void RunStarting(MigrationPlan plan)
    {
    }

    /// <summary>Called before a step starts.</summary>
    /// <param name="started">The step.</param>
    void StepStarting(MigrationStep started)
    {
    }

    /// <summary>Called when a step reports its progress.</summary>
    /// <param name="running">The step.</param>
    /// <param name="progress">The progress of the step.</param>
    void Progressed(MigrationStep running, MigrationProgress progress)
    {
    }

    /// <summary>Called after a step is completed or has failed.</summary>
    /// <param name="result">The result of the step.</param>
    void StepEnded(MigrationStepResult result)
    {
    }

    /// <summary>Called after the run has ended.</summary>
    /// <param name="run">The result of the run.</param>
    void RunEnded(MigrationRun run)
    {
    }
}

/// <summary>Represents the progress of a migration.</summary>
/// <param name="Activity">The current activity, such as the name of a backfill.</param>
/// <param name="Done">The amount of work done, in items if <paramref name="Activity"/> is a backfill.</param>
/// <param name="Total">The estimated total amount of work; <see langword="null"/> if unknown.</param>
/// <param name="Remaining">The estimated remaining time; <see langword="null"/> if unknown.</param>
public sealed record MigrationProgress(string Activity, long Done, long? Total = null, TimeSpan? Remaining = null)
{
    /// <summary>Returns the progress for people, such as <c>backfill: 120 of 500 done, 38 s remaining</c>.</summary>
    /// <returns>A string that contains only what is known: an estimated total that has been exceeded is omitted.</returns>
    public override string ToString()
    {
        string total = Total is { } all && all > 0 && all >= Done ? string.Create(CultureInfo.InvariantCulture, $" of {all}") : "";
        string remaining = Remaining is { } time && time > TimeSpan.Zero && (Total is null || Total > Done)
            ? $", {ReadableDuration.Of(TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds)))} remaining"
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Activity}: {Done}{total} done{remaining}");
    }
}
