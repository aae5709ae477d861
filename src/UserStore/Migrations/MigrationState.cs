namespace UserStore.Migrations;

/// <summary>What the journal knows of a migration. Only <see cref="Applied"/> counts as done.</summary>
public enum MigrationState
{
    /// <summary>Not applied. It is at the next run.</summary>
    Pending,

    /// <summary>Being applied; found by a run that holds the lock it means that the process which applied it ended in the middle.</summary>
    Running,

    /// <summary>Applied.</summary>
    Applied,

    /// <summary>It ended with an exception, or was marked so. It is applied at the next run.</summary>
    Failed,

    /// <summary>Being undone; found by a run that holds the lock it means that the process which undid it ended in the middle.</summary>
    Undoing,

    /// <summary>Undone. It is applied at the next run.</summary>
    Undone,
}
