namespace UserStore.Migrations;

/// <summary>Thrown when a plan is rejected. Nothing was run.</summary>
public sealed class MigrationPlanException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="MigrationPlanException"/> class.</summary>
    /// <param name="problem">The reason.</param>
    /// <param name="migrationIds">The affected migrations.</param>
    /// <param name="message">The reason and its remedy.</param>
    public MigrationPlanException(MigrationPlanError problem, IReadOnlyList<string> migrationIds, string message)
        : base(migrationIds is [var only] ? only : null, message, null)
        => (Error, MigrationIds) = (problem, migrationIds);

    /// <summary>Gets the reason.</summary>
    public MigrationPlanError Error { get; }

    /// <summary>Gets the affected migrations.</summary>
    public IReadOnlyList<string> MigrationIds { get; }
}

/// <summary>Specifies why a plan is rejected.</summary>
public enum MigrationPlanError
{
    /// <summary>The service has no migrations.</summary>
    NoMigrations,

    /// <summary>The service does not have a migration that is applied, or that was requested.</summary>
    Missing,

    /// <summary>A migration would be applied after one with a later id.</summary>
    OutOfOrder,

    /// <summary>A migration has another revision than the one that was applied.</summary>
    RevisionChanged,

    /// <summary>There are fewer migrations to apply or to undo than were requested.</summary>
    StepOutOfRange,

    /// <summary>A migration cannot be undone.</summary>
    NotUndoable,

    /// <summary>All migrations would be undone, or users deleted, which the options do not permit.</summary>
    NotPermitted,

    /// <summary>A migration has a client, context or store of its own, whose writes a dry run cannot record.</summary>
    NotRecordable,

    /// <summary>Migrations are not applied, and the call only verifies them.</summary>
    NotUpToDate,

    /// <summary>The last attempt of a migration failed or was interrupted, and the plan would leave it as it is and continue with
    /// others.</summary>
    Unfinished,

    /// <summary>A migration would be undone although a later one is applied.</summary>
    LaterApplied,
}
