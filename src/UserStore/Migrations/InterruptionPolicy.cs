namespace UserStore.Migrations;

/// <summary>Specifies what the next run does with a migration whose attempt was interrupted: its process ended, or could not record its end.
/// </summary>
/// <remarks>An attempt that ends with an exception or by cancellation is recorded as failed, which is no interruption: the next run retries it
/// under every policy.</remarks>
public enum InterruptionPolicy
{
    /// <summary>The default: <see cref="Resume"/>, until the migration first writes through <see cref="MigrationContext.Client"/> or
    /// <see cref="MigrationContext.OpenStore"/>; from then on <see cref="RequireRepair"/>.</summary>
    /// <remarks>The building blocks of <see cref="MigrationContext"/> can be repeated at any point. Whether the migration's own requests can, only
    /// its author knows.</remarks>
    Automatic,

    /// <summary>The next run resumes the migration: it runs from its beginning, and its backfills continue from their checkpoints. The author
    /// states that this is harmless after an interruption at any point.</summary>
    Resume,

    /// <summary>Runs are rejected with <see cref="MigrationDirtyException"/> until a person determines the progress of the migration and
    /// repairs it.</summary>
    RequireRepair,
}
