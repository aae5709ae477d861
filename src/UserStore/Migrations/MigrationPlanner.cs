using UserStore.Migrations.Planning;

namespace UserStore.Migrations;

/// <summary>Selects the migrations to apply and to undo, and their order. The runner validates the result before it runs any of it.</summary>
public abstract class MigrationPlanner
{
    /// <summary>Gets the planner that applies all pending migrations.</summary>
    public static MigrationPlanner Latest { get; } = new LatestPlanner();

    /// <summary>Gets the planner that applies the next migration.</summary>
    public static MigrationPlanner Next { get; } = new StepPlanner(1);

    /// <summary>Gets the planner that undoes the migration that was applied last, or one whose last attempt failed or was
    /// interrupted.</summary>
    public static MigrationPlanner Undo { get; } = new StepPlanner(-1);

    /// <summary>Gets the planner that undoes the migration that was applied last, and applies it again.</summary>
    public static MigrationPlanner Redo { get; } = new RedoPlanner();

    /// <summary>Gets the planner that undoes all migrations. Requires <see cref="MigrationOptions.AllowReset"/>.</summary>
    public static MigrationPlanner Rewind { get; } = new RewindPlanner(appliesAgain: false);

    /// <summary>Gets the planner that undoes all migrations and applies them again. Requires
    /// <see cref="MigrationOptions.AllowReset"/>.</summary>
    public static MigrationPlanner Reset { get; } = new RewindPlanner(appliesAgain: true);

    /// <summary>Returns the planner that undoes all migrations after a migration, and applies all pending ones up to it.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <returns>The planner.</returns>
    public static MigrationPlanner To(string migrationId) => new TargetPlanner(migrationId, MigrationAction.Apply);

    /// <summary>Returns the planner that records all migrations up to a migration as applied without running them, for tables that already
    /// have their changes.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <returns>The planner.</returns>
    public static MigrationPlanner Baseline(string migrationId) => new TargetPlanner(migrationId, MigrationAction.Baseline);

    /// <summary>Returns the planner that applies the next migrations, or undoes the last ones.</summary>
    /// <param name="count">The number of migrations: above 0 to apply, below 0 to undo.</param>
    /// <returns>The planner.</returns>
    public static MigrationPlanner Step(int count)
    {
        ArgumentOutOfRangeException.ThrowIfZero(count);
        return new StepPlanner(count);
    }

    /// <summary>Gets a value indicating whether the planner undoes all migrations, which requires
    /// <see cref="MigrationOptions.AllowReset"/>.</summary>
    public virtual bool NeedsPermission => false;

    /// <summary>Creates the steps of a plan.</summary>
    /// <param name="context">The migrations and their states, read while the lock is held.</param>
    /// <returns>The steps in order; none if there is nothing to do.</returns>
    /// <exception cref="MigrationPlanException">The request cannot be fulfilled.</exception>
    public abstract IEnumerable<MigrationStep> Plan(MigrationPlanningContext context);
}

/// <summary>Represents the input of a planner.</summary>
/// <param name="Pending">The migrations of the service that are not applied: one whose undo did not complete, and then the others in the
/// order of their ids.</param>
/// <param name="Applied">The migrations of the service that can be undone, newest first: those whose last attempt failed or was interrupted,
/// which are also pending, and then the applied ones.</param>
public sealed record MigrationPlanningContext(IReadOnlyList<MigrationEntry> Pending, IReadOnlyList<MigrationEntry> Applied);
