namespace UserStore.Migrations;

/// <summary>Runs the migrations of a store.</summary>
/// <remarks>
/// Safe to call in any number of processes at once: one of them holds the lock, and what it recorded the others find done. Every change of
/// the journal is one transaction with a check of the lock; an apply or undo costs two of them, and a renewal of the lease one write.
/// </remarks>
public interface IMigrationRunner
{
    /// <summary>Makes a plan and runs it.</summary>
    /// <param name="planner">What is wanted; <see cref="MigrationPlanner.Latest"/> if null.</param>
    /// <param name="cancellationToken">Ends the wait for the lock, or the running migration, which is then recorded as failed.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="InvalidMigrationException">An id is malformed, or two migrations have the same.</exception>
    /// <exception cref="MigrationPlanException">What is wanted must not be run; nothing was.</exception>
    /// <exception cref="MigrationDirtyException">A migration was cut off and must be repaired first; nothing was run.</exception>
    /// <exception cref="MigrationFailedException">A migration failed; those before it are done.</exception>
    /// <exception cref="MigrationLockedException">Another runner holds the lock.</exception>
    /// <exception cref="MigrationLeaseLostException">The lock was lost in the middle.</exception>
    /// <exception cref="MigrationJournalException">A newer version wrote the journal.</exception>
    Task<MigrationRun> RunAsync(MigrationPlanner? planner = null, CancellationToken cancellationToken = default);

    /// <summary>Tells what <see cref="RunAsync"/> would do, without doing any of it: a dry run.</summary>
    /// <param name="planner">What is wanted; <see cref="MigrationPlanner.Latest"/> if null.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>The plan, with the changes that the migrations asked for.</returns>
    /// <exception cref="MigrationPlanException">What is wanted must not be run, or a migration cannot be recorded.</exception>
    /// <exception cref="MigrationDirtyException">A migration was cut off and must be repaired first.</exception>
    /// <exception cref="MigrationFailedException">A migration failed while its requests were recorded.</exception>
    /// <remarks>
    /// Takes no lock, creates nothing, and sends no write. The migrations run with a client that records their writes and answers them as
    /// DynamoDB would; what they read is read from the tables as they are. A backfill reads one page.
    /// </remarks>
    Task<MigrationPlan> PlanAsync(MigrationPlanner? planner = null, CancellationToken cancellationToken = default);

    /// <summary>Reads journal and lock.</summary>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>What they say; without a journal, everything is pending.</returns>
    Task<MigrationStatus> GetStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>Checks that all migrations are applied, without running any.</summary>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>A task that completes when they are.</returns>
    /// <exception cref="MigrationPlanException">Some are not (<see cref="MigrationPlanError.NotUpToDate"/>), or a plan could not be
    /// made.</exception>
    /// <exception cref="MigrationDirtyException">A migration is being applied, or was cut off.</exception>
    Task VerifyAsync(CancellationToken cancellationToken = default);

    /// <summary>Corrects what the journal says of a migration.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <param name="repair">What to do.</param>
    /// <param name="reason">Why; 1 to 1,000 characters. Kept in the journal, for the last 20 repairs.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>The migration as the journal knows it now.</returns>
    /// <exception cref="MigrationPlanException">Neither the journal nor the service has the migration.</exception>
    /// <exception cref="InvalidOperationException">The repair does not fit its state.</exception>
    /// <exception cref="MigrationLockedException">A runner holds the lock: the migration is not cut off.</exception>
    Task<MigrationEntry> RepairAsync(
        string migrationId, MigrationRepair repair, string reason, CancellationToken cancellationToken = default);

    /// <summary>Releases the lock by force. Whoever holds it loses its lease and records nothing more.</summary>
    /// <param name="reason">Why; 1 to 1,000 characters. Kept with the lock, for the last 20 releases.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>The lock as it was before.</returns>
    Task<MigrationLockStatus> UnlockAsync(string reason, CancellationToken cancellationToken = default);

    /// <summary>Deletes journal, lock and checkpoints, and so forgets what was applied. What the migrations made stays.</summary>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>A task that completes when both tables are gone.</returns>
    /// <exception cref="MigrationLockedException">A runner holds the lock.</exception>
    Task DestroyAsync(CancellationToken cancellationToken = default);
}
