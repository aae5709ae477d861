namespace UserStore.Migrations;

/// <summary>What can be done by hand about a migration that was cut off, failed, or changed.</summary>
public enum MigrationRepair
{
    /// <summary>It counts as applied: somebody saw to it, or completed it.</summary>
    MarkApplied,

    /// <summary>It counts as not applied. The next run applies it from its beginning, without its checkpoints.</summary>
    MarkFailed,

    /// <summary>The interrupted or failed attempt may be repeated: what was being applied is pending again, what was being undone is
    /// applied again. The next attempt goes on from the checkpoints.</summary>
    Retry,

    /// <summary>The revision that the migration has now is the one that was applied.</summary>
    AcceptRevision,
}
