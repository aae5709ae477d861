using UserStore.Migrations.Planning;

namespace UserStore.Migrations;

/// <summary>Decides which migrations are applied and undone, and in which order. The runner checks the result before it runs any of
/// it.</summary>
public abstract class MigrationPlanner
{
    /// <summary>Gets the planner that applies everything that is not applied.</summary>
    public static MigrationPlanner Latest { get; } = new LatestPlanner();

    /// <summary>Gets the planner that applies the next migration.</summary>
    public static MigrationPlanner Next { get; } = new StepPlanner(1);

    /// <summary>Gets the planner that undoes the migration that was applied last.</summary>
    public static MigrationPlanner Undo { get; } = new StepPlanner(-1);

    /// <summary>Gets the planner that undoes the migration that was applied last, and applies it again.</summary>
    public static MigrationPlanner Redo { get; } = new RedoPlanner();

    /// <summary>Gets the planner that undoes everything. Needs <see cref="MigrationOptions.AllowReset"/>.</summary>
    public static MigrationPlanner Rewind { get; } = new RewindPlanner(appliesAgain: false);

    /// <summary>Gets the planner that undoes everything and applies everything. Needs <see cref="MigrationOptions.AllowReset"/>.</summary>
    public static MigrationPlanner Reset { get; } = new RewindPlanner(appliesAgain: true);

    /// <summary>Returns the planner that undoes what comes after a migration, and applies everything up to it.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <returns>The planner.</returns>
    public static MigrationPlanner To(string migrationId) => new TargetPlanner(migrationId, MigrationAction.Apply);

    /// <summary>Returns the planner that notes everything up to a migration as applied, without running it: for tables that have it
    /// already.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <returns>The planner.</returns>
    public static MigrationPlanner Baseline(string migrationId) => new TargetPlanner(migrationId, MigrationAction.Baseline);

    /// <summary>Returns the planner that applies the next migrations, or undoes those applied last.</summary>
    /// <param name="count">How many: above 0 to apply, below 0 to undo.</param>
    /// <returns>The planner.</returns>
    public static MigrationPlanner Step(int count)
    {
        ArgumentOutOfRangeException.ThrowIfZero(count);
        return new StepPlanner(count);
    }

    /// <summary>Gets a value indicating whether everything is undone, which <see cref="MigrationOptions.AllowReset"/> must
    /// permit.</summary>
    public virtual bool NeedsPermission => false;

    /// <summary>Decides what is to be done.</summary>
    /// <param name="situation">What there is and how it stands, read under the lock.</param>
    /// <returns>The steps in order; none when there is nothing to do.</returns>
    /// <exception cref="MigrationPlanException">What is wanted cannot be.</exception>
    public abstract IEnumerable<MigrationStep> Plan(MigrationPlanningContext situation);
}

/// <summary>What a planner decides upon.</summary>
/// <param name="Pending">The migrations of the service that are not applied, in the order of their ids.</param>
/// <param name="Applied">The migrations that are applied, newest first.</param>
public sealed record MigrationPlanningContext(IReadOnlyList<MigrationEntry> Pending, IReadOnlyList<MigrationEntry> Applied);
