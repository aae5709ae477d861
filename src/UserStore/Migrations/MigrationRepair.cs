namespace UserStore.Migrations;

/// <summary>Specifies a manual repair of a migration that was interrupted, failed, or changed.</summary>
public enum MigrationRepair
{
    /// <summary>The migration counts as applied, because it was completed manually or its result was verified.</summary>
    MarkApplied,

    /// <summary>The migration counts as not applied. The next run applies it from its beginning, without its checkpoints; the marks of its
    /// backfills still apply.</summary>
    MarkFailed,

    /// <summary>The interrupted or failed attempt can be retried: a migration that was being applied becomes pending again, one that was being
    /// undone becomes applied again. The next attempt resumes from the checkpoints.</summary>
    Retry,

    /// <summary>The current revision of the migration is accepted as the one that was applied.</summary>
    AcceptRevision,
}
