namespace UserStore.Migrations;

/// <summary>Runs the migrations of a store.</summary>
/// <remarks>
/// Safe to call from any number of processes concurrently: one of them holds the lock, and the others find its migrations applied. Every
/// change of the journal is one transaction that checks the lock; an apply or undo costs two of them, and a renewal of the lease one write.
/// </remarks>
public interface IMigrationRunner
{
    /// <summary>Creates a plan and runs it.</summary>
    /// <param name="planner">Selects the migrations; <see cref="MigrationPlanner.Latest"/> if null.</param>
    /// <param name="cancellationToken">A token to cancel the wait for the lock, or the running migration, which is then recorded as
    /// failed.</param>
    /// <returns>The result of the run.</returns>
    /// <exception cref="InvalidMigrationException">An id is malformed, or two migrations have the same id.</exception>
    /// <exception cref="MigrationPlanException">The plan was rejected; nothing was run.</exception>
    /// <exception cref="MigrationDirtyException">A migration was interrupted and must be repaired first; nothing was run. See
    /// <see cref="InterruptionPolicy"/>.</exception>
    /// <exception cref="MigrationFailedException">A migration failed; the migrations before it are applied.</exception>
    /// <exception cref="MigrationLockedException">Another runner holds the lock.</exception>
    /// <exception cref="MigrationLeaseLostException">The lock was lost during the run.</exception>
    /// <exception cref="MigrationJournalException">A newer version wrote the journal.</exception>
    Task<MigrationRun> RunAsync(MigrationPlanner? planner = null, CancellationToken cancellationToken = default);

    /// <summary>Performs a dry run: returns what <see cref="RunAsync"/> would do, without doing it.</summary>
    /// <param name="planner">Selects the migrations; <see cref="MigrationPlanner.Latest"/> if null.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The plan, with the changes that the migrations requested.</returns>
    /// <exception cref="MigrationPlanException">The plan was rejected, or the writes of a migration cannot be recorded.</exception>
    /// <exception cref="MigrationDirtyException">A migration was interrupted and must be repaired first.</exception>
    /// <exception cref="MigrationFailedException">A migration failed while its requests were recorded.</exception>
    /// <remarks>
    /// Acquires no lock, creates nothing, and sends no write. The migrations run with a client that records their writes and returns the
    /// responses that DynamoDB would return; they read the tables as they are. Building blocks that walk a table read one page. Writes by other
    /// clients that UserStore created or that the migration holds are rejected with <see cref="MigrationPlanError.NotRecordable"/>.
    /// </remarks>
    Task<MigrationPlan> PlanAsync(MigrationPlanner? planner = null, CancellationToken cancellationToken = default);

    /// <summary>Reads the journal and the lock.</summary>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The state of all migrations and of the lock; without a journal, all migrations are pending.</returns>
    Task<MigrationStatus> GetStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>Verifies that all migrations of the service are applied, without running any. Migrations that only the journal contains belong
    /// to another version of the service and are ignored, also while they run.</summary>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>A task that completes when all migrations are found to be applied.</returns>
    /// <exception cref="MigrationPlanException">Some are not applied (<see cref="MigrationPlanError.NotUpToDate"/>), or were applied with
    /// another revision (<see cref="MigrationPlanError.RevisionChanged"/>).</exception>
    /// <remarks>Costs a consistent scan of the journal.</remarks>
    Task VerifyAsync(CancellationToken cancellationToken = default);

    /// <summary>Corrects the journal entry of a migration.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <param name="repair">The repair.</param>
    /// <param name="reason">The reason; 1 to 1,000 characters. The journal keeps the reasons of the last 20 repairs.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The entry after the repair.</returns>
    /// <exception cref="MigrationPlanException">Neither the journal nor the service has the migration.</exception>
    /// <exception cref="InvalidOperationException">The repair does not apply to the state of the migration.</exception>
    /// <exception cref="MigrationLockedException">A runner holds the lock: the migration is not interrupted.</exception>
    Task<MigrationEntry> RepairAsync(
        string migrationId, MigrationRepair repair, string reason, CancellationToken cancellationToken = default);

    /// <summary>Reads the items that the backfills and imports of a migration could not change.</summary>
    /// <param name="migrationId">The migration.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The items with their keys, which can be personal data, and the reasons.</returns>
    /// <exception cref="InvalidMigrationException">The id is malformed.</exception>
    /// <remarks>Costs a consistent scan of the journal and of the lock table.</remarks>
    Task<IReadOnlyList<PoisonItem>> GetPoisonItemsAsync(string migrationId, CancellationToken cancellationToken = default);

    /// <summary>Releases the lock by force. Its owner loses the lease and records nothing more.</summary>
    /// <param name="reason">The reason; 1 to 1,000 characters. The lock keeps the reasons of the last 20 forced releases.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The lock as it was before.</returns>
    Task<MigrationLockStatus> UnlockAsync(string reason, CancellationToken cancellationToken = default);

    /// <summary>Hands the journal over to a program for which a row in the lock table means that the lock is held, such as the Go library
    /// <em>migrations-dynamodb</em>: deletes the row of the lock, which UserStore otherwise keeps.</summary>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>A task that completes when the row is deleted.</returns>
    /// <exception cref="MigrationLockedException">A runner holds the lock.</exception>
    /// <exception cref="MigrationPlanException">The journal contains migrations that are not applied, which the other program would take for
    /// interrupted ones.</exception>
    /// <remarks>The next run of UserStore creates the row again, and continues with the fencing numbers. Costs an acquisition of the lock, a
    /// scan of the journal, and a transaction.</remarks>
    Task HandOverAsync(CancellationToken cancellationToken = default);

    /// <summary>Deletes the journal, the lock and the checkpoints, and with them the record of what was applied. The results of the
    /// migrations remain.</summary>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>A task that completes when both tables are deleted.</returns>
    /// <exception cref="MigrationLockedException">A runner holds the lock.</exception>
    Task DestroyAsync(CancellationToken cancellationToken = default);
}
