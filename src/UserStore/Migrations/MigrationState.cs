namespace UserStore.Migrations;

/// <summary>Specifies the state of a migration in the journal. Only <see cref="Applied"/> counts as done.</summary>
public enum MigrationState
{
    /// <summary>Not applied. The next run applies it.</summary>
    Pending,

    /// <summary>Being applied. If a run that holds the lock finds this state, the process that applied the migration was interrupted:
    /// <see cref="MigrationEntry.InterruptionPolicy"/> specifies what happens.</summary>
    Running,

    /// <summary>Applied.</summary>
    Applied,

    /// <summary>Failed with an exception while it was applied or undone, or marked as failed. The next run applies it, or
    /// <see cref="MigrationPlanner.Undo"/> undoes it, before any other migration is undone.</summary>
    Failed,

    /// <summary>Being undone. If a run that holds the lock finds this state, the process that undid the migration was interrupted:
    /// <see cref="MigrationEntry.InterruptionPolicy"/> specifies what happens.</summary>
    Undoing,

    /// <summary>Undone. The next run applies it.</summary>
    Undone,
}
