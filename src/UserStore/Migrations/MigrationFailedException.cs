namespace UserStore.Migrations;

/// <summary>Thrown when a migration fails with an exception, which is the inner exception. The journal records the failure, and later
/// migrations are not started.</summary>
public sealed class MigrationFailedException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="MigrationFailedException"/> class.</summary>
    /// <param name="step">The step that failed.</param>
    /// <param name="innerException">The exception of the migration.</param>
    /// <param name="isDryRun">Whether the step failed in a dry run, which changed nothing.</param>
    public MigrationFailedException(MigrationStep step, Exception innerException, bool isDryRun = false)
        : base(step?.MigrationId, Describe(step!, innerException, isDryRun), innerException)
        => (Step, IsDryRun) = (step!, isDryRun);

    /// <summary>Gets a value indicating whether the step failed in a dry run, which changed nothing.</summary>
    public bool IsDryRun { get; }

    /// <summary>Gets the step that failed.</summary>
    public MigrationStep Step { get; }

    /// <inheritdoc/>
    public override bool IsTransient => InnerException is UserStoreException { IsTransient: true };

    // Messages of exceptions other than UserStore's may contain values of users.
    private static string Describe(MigrationStep step, Exception failure, bool isDryRun)
    {
        ArgumentNullException.ThrowIfNull(step);
        string cause = failure is UserStoreException
            ? failure.Message
            : $"It failed with {failure?.GetType().Name}; see the inner exception.";
        return isDryRun
            ? $"The dry run of migration '{step.MigrationId}' failed; nothing was changed. {cause}"
            : $"Migration '{step.MigrationId}' could not be {(step.Action == MigrationAction.Undo ? "undone" : "applied")}. {cause} "
                + "Fix the cause and run it again.";
    }
}
