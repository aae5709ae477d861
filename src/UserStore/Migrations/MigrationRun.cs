namespace UserStore.Migrations;

/// <summary>What a run did.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Steps">The steps that were done.</param>
/// <param name="Duration">How long it took, the wait for the lock included.</param>
public sealed record MigrationRun(MigrationOutcome Outcome, IReadOnlyList<MigrationStepResult> Steps, TimeSpan Duration);

/// <summary>What became of a step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Failure">Why it failed; <see langword="null"/> when it is done.</param>
public sealed record MigrationStepResult(MigrationStep Step, TimeSpan Duration, Exception? Failure = null);

/// <summary>How a run ended.</summary>
public enum MigrationOutcome
{
    /// <summary>All steps of the plan are done; there may have been none.</summary>
    Completed,

    /// <summary>Another runner held the lock, and <see cref="LockConflictBehavior.Skip"/> says to leave it at that.</summary>
    Skipped,

    /// <summary>A step failed, or the run was cancelled; only reporters see this, callers get the exception.</summary>
    Failed,
}
