namespace UserStore.Migrations;

/// <summary>Thrown when what was asked for must not be run. Nothing was.</summary>
public sealed class MigrationPlanException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="MigrationPlanException"/> class.</summary>
    /// <param name="problem">What is wrong.</param>
    /// <param name="migrationIds">The migrations that it is about.</param>
    /// <param name="message">What is wrong and what to do about it.</param>
    public MigrationPlanException(MigrationPlanError problem, IReadOnlyList<string> migrationIds, string message)
        : base(migrationIds is [var only] ? only : null, message, null)
        => (Error, MigrationIds) = (problem, migrationIds);

    /// <summary>Gets what is wrong.</summary>
    public MigrationPlanError Error { get; }

    /// <summary>Gets the migrations that it is about.</summary>
    public IReadOnlyList<string> MigrationIds { get; }
}

/// <summary>Why a plan must not be run.</summary>
public enum MigrationPlanError
{
    /// <summary>The service has no migrations.</summary>
    NoMigrations,

    /// <summary>The service does not have a migration that is applied, or that was asked for.</summary>
    Missing,

    /// <summary>A migration would be applied after one with a later id.</summary>
    OutOfOrder,

    /// <summary>A migration has another revision than the one that was applied.</summary>
    RevisionChanged,

    /// <summary>There are not as many migrations to apply or to undo as were asked for.</summary>
    StepOutOfRange,

    /// <summary>A migration has nothing that undoes it.</summary>
    NotUndoable,

    /// <summary>Everything would be undone, which the options do not permit.</summary>
    NotPermitted,

    /// <summary>A migration takes a client, context or store in its constructor, whose writes a dry run cannot record.</summary>
    NotRecordable,

    /// <summary>Migrations are not applied, and only that was to be verified.</summary>
    NotUpToDate,
}
