namespace UserStore.Migrations;

/// <summary>Represents the result of a run.</summary>
/// <param name="Outcome">How the run ended.</param>
/// <param name="Steps">The completed steps.</param>
/// <param name="Duration">The duration of the run, including the wait for the lock.</param>
public sealed record MigrationRun(MigrationOutcome Outcome, IReadOnlyList<MigrationStepResult> Steps, TimeSpan Duration)
{
    /// <summary>Returns the result for people, such as <c>Completed, 2 steps completed in 5 min 3 s</c>.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString()
        => $"{Outcome}, {Steps.Count} {(Steps.Count == 1 ? "step" : "steps")} completed in {ReadableDuration.Of(Duration)}";
}

/// <summary>Represents the result of a step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Duration">The duration of the step.</param>
/// <param name="Failure">The reason of the failure; <see langword="null"/> if the step is completed.</param>
public sealed record MigrationStepResult(MigrationStep Step, TimeSpan Duration, Exception? Failure = null)
{
    /// <summary>Gets the number of items that the backfills of a completed step left unchanged; see
    /// <see cref="IMigrationRunner.GetPoisonItemsAsync"/>.</summary>
    public int PoisonItems { get; init; }

    /// <summary>Returns the result for people, such as <c>Apply 20261121093000_add_city: done in 5 min 3 s</c>.</summary>
    /// <returns>A string that is safe to log: the failure is omitted.</returns>
    public override string ToString()
        => $"{Step.Action} {Step.MigrationId}: {(Failure is null ? "done in" : "failed after")} {ReadableDuration.Of(Duration)}";
}

/// <summary>Specifies how a run ended.</summary>
public enum MigrationOutcome
{
    /// <summary>All steps of the plan are completed. The plan may have been empty.</summary>
    Completed,

    /// <summary>Another runner held the lock, and the option was <see cref="LockConflictBehavior.Skip"/>.</summary>
    Skipped,

    /// <summary>A step failed, or the run was cancelled. Only reporters receive this value; callers receive the exception.</summary>
    Failed,
}
