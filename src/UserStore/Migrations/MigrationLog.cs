using Microsoft.Extensions.Logging;

namespace UserStore.Migrations;

/// <summary>Logs events of migrations. The ids of the events do not change.</summary>
internal static partial class MigrationLog
{
    /// <summary>The category of the exceptions of migrations, whose messages may contain values of users.</summary>
    public const string CausesCategory = "UserStore.Migrations.Causes";

    [LoggerMessage(201, LogLevel.Information, "Starting migrations of journal {Journal}: {Count} steps.")]
    public static partial void RunStarting(ILogger logger, string journal, int count);

    [LoggerMessage(202, LogLevel.Warning, "{Warning}")]
    public static partial void PlanWarning(ILogger logger, string warning);

    [LoggerMessage(203, LogLevel.Information, "{Action} of migration {MigrationId} starts.")]
    public static partial void StepStarting(ILogger logger, MigrationAction action, string migrationId);

    [LoggerMessage(204, LogLevel.Information, "Migration {MigrationId}: {Progress}.")]
    public static partial void Progressed(ILogger logger, string migrationId, MigrationProgress progress);

    [LoggerMessage(205, LogLevel.Information, "{Action} of migration {MigrationId} completed after {Duration}.")]
    public static partial void StepDone(ILogger logger, MigrationAction action, string migrationId, TimeSpan duration);

    [LoggerMessage(
        206,
        LogLevel.Error,
        "{Action} of migration {MigrationId} of journal {Journal} failed after {Duration}: {Error}. Event 221 of category " + CausesCategory
            + " contains the exception.")]
    public static partial void StepFailed(ILogger logger, MigrationAction action, string migrationId, string journal, TimeSpan duration, string error);

    [LoggerMessage(207, LogLevel.Information, "Migrations of journal {Journal} ended: {Outcome}, {Count} steps completed after {Duration}.")]
    public static partial void RunEnded(ILogger logger, string journal, MigrationOutcome outcome, int count, TimeSpan duration);

    [LoggerMessage(211, LogLevel.Warning, "The lease {Fence} on the migration lock could not be renewed. The renewal is retried.")]
    public static partial void RenewalFailed(ILogger logger, long fence, Exception failure);

    [LoggerMessage(212, LogLevel.Error, "The lease {Fence} on the migration lock is lost. Running migrations are cancelled.")]
    public static partial void LeaseLost(ILogger logger, long fence);

    [LoggerMessage(213, LogLevel.Warning, "The migration lock could not be released. It becomes free when its lease expires.")]
    public static partial void ReleaseFailed(ILogger logger, Exception failure);

    [LoggerMessage(
        214, LogLevel.Error, "The failure of migration {MigrationId} could not be recorded. The journal still says that it is running.")]
    public static partial void FailureNotRecorded(ILogger logger, string migrationId, Exception failure);

    [LoggerMessage(215, LogLevel.Warning, "The checkpoints of the completed migration {MigrationId} could not be deleted.")]
    public static partial void CheckpointsRemain(ILogger logger, string migrationId, Exception failure);

    [LoggerMessage(216, LogLevel.Warning, "Reporter {Reporter} threw an exception. The run is not affected.")]
    public static partial void ReporterFailed(ILogger logger, string reporter, Exception failure);

    [LoggerMessage(217, LogLevel.Warning, "The migration lock was released by force: {Reason}")]
    public static partial void LockReleased(ILogger logger, string reason);

    [LoggerMessage(218, LogLevel.Warning, "Migration {MigrationId} was repaired, {Repair}: {Reason}")]
    public static partial void Repaired(ILogger logger, string migrationId, MigrationRepair repair, string reason);

    [LoggerMessage(
        219, LogLevel.Warning, "Backfill {Backfill} of migration {MigrationId} left {Count} items unchanged. Its checkpoints list them.")]
    public static partial void PoisonRemains(ILogger logger, string backfill, string migrationId, int count);

    [LoggerMessage(
        222,
        LogLevel.Information,
        "Migration {MigrationId} imported {Created} items of table {Table}. {Existing} were users already, possibly since an interrupted attempt, and "
            + "{Poison} could not be imported.")]
    public static partial void Imported(ILogger logger, string migrationId, string table, long created, long existing, int poison);

    [LoggerMessage(220, LogLevel.Warning, "The row of the migration lock was deleted, so that another program can acquire the lock.")]
    public static partial void HandedOver(ILogger logger);

    [LoggerMessage(223, LogLevel.Information, "Waiting for the migration lock, which is held by {Owner}.")]
    public static partial void Waiting(ILogger logger, string owner);

    [LoggerMessage(224, LogLevel.Warning, "Another runner holds the migration lock. Nothing was done.")]
    public static partial void Skipped(ILogger logger);

    [LoggerMessage(
        225,
        LogLevel.Warning,
        "Migration {MigrationId} found {Count} unique values that are not valid and cannot be reserved. IUniqueValueAudit.CheckAsync lists them.")]
    public static partial void InvalidValuesRemain(ILogger logger, string migrationId, long count);

    [LoggerMessage(221, LogLevel.Debug, "{Action} of migration {MigrationId} failed.")]
    public static partial void Cause(ILogger causes, MigrationAction action, string migrationId, Exception failure);
}
