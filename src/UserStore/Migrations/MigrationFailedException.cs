namespace UserStore.Migrations;

/// <summary>Thrown when a migration ended with an exception, which is the inner one. The journal says so, and later migrations were not
/// begun.</summary>
public sealed class MigrationFailedException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="MigrationFailedException"/> class.</summary>
    /// <param name="step">The step that failed.</param>
    /// <param name="innerException">What it ended with.</param>
    public MigrationFailedException(MigrationStep step, Exception innerException)
        : base(step?.MigrationId, Describe(step!, innerException), innerException)
        => Step = step!;

    /// <summary>Gets the step that failed.</summary>
    public MigrationStep Step { get; }

    /// <inheritdoc/>
    public override bool IsTransient => InnerException is UserStoreException { IsTransient: true };

    // The message of an exception that is not ours may hold values of users.
    private static string Describe(MigrationStep step, Exception failure)
    {
        ArgumentNullException.ThrowIfNull(step);
        string cause = failure is UserStoreException
            ? failure.Message
            : $"It ended with {failure?.GetType().Name}; see the inner exception.";
        return $"Migration '{step.MigrationId}' could not be {(step.Action == MigrationAction.Undo ? "undone" : "applied")}. {cause} "
            + "Remove the cause and run it again.";
    }
}
