namespace UserStore.Migrations;

/// <summary>Specifies the state of a migration in the journal. Only <see cref="Applied"/> counts as done.</summary>
public enum MigrationState
{
    /// <summary>Not applied. The next run applies it.</summary>
    Pending,

    /// <summary>Being applied. If a run that holds the lock finds this state, the process that applied the migration was interrupted.</summary>
    Running,

    /// <summary>Applied.</summary>
    Applied,

    /// <summary>Failed with an exception, or marked as failed. The next run applies it.</summary>
    Failed,

    /// <summary>Being undone. If a run that holds the lock finds this state, the process that undid the migration was interrupted.</summary>
    Undoing,

    /// <summary>Undone. The next run applies it.</summary>
    Undone,
}
