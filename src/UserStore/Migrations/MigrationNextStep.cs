namespace UserStore.Migrations;

/// <summary>Represents what to do next about the migrations of a store.</summary>
/// <param name="Action">The action.</param>
/// <param name="MigrationId">The migration that requires the action; <see langword="null"/> if it is none or more than one.</param>
/// <param name="Description">The reason and the action, for people. Contains no values of users.</param>
public sealed record MigrationNextStep(MigrationNextAction Action, string? MigrationId, string Description)
{
    /// <summary>Gets a value indicating whether <see cref="MigrationPlanner.Undo"/> is an alternative to <see cref="MigrationNextAction.Run"/>.</summary>
    public bool CanUndo { get; init; }

    /// <summary>Returns <see cref="Description"/>.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => Description;
}

/// <summary>Specifies what to do next about the migrations of a store.</summary>
public enum MigrationNextAction
{
    /// <summary>Nothing: all migrations are applied.</summary>
    None,

    /// <summary>Run the migrations.</summary>
    Run,

    /// <summary>Wait for another runner.</summary>
    Wait,

    /// <summary>Repair the migration with <see cref="IMigrationRunner.RepairAsync"/>.</summary>
    Repair,

    /// <summary>Release the lock by force with <see cref="IMigrationRunner.UnlockAsync"/>, if the program that holds it has ended.</summary>
    Unlock,

    /// <summary>Correct the migrations of the service or its options, because a run would be rejected.</summary>
    Correct,

    /// <summary>Run the version of the service that has the migration.</summary>
    RunOtherVersion,
}
