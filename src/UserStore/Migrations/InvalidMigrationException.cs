namespace UserStore.Migrations;

/// <summary>Thrown when a migration cannot be used as it is written: its id is missing, malformed, or that of another one.</summary>
public sealed class InvalidMigrationException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="InvalidMigrationException"/> class.</summary>
    /// <param name="migrationId">The migration, or its class when it has no id.</param>
    /// <param name="problem">What is wrong and what to do about it, as the rest of a sentence.</param>
    /// <param name="innerException">The error that shows it, if one does.</param>
    public InvalidMigrationException(string migrationId, string problem, Exception? innerException = null)
        : base(migrationId, $"Migration '{migrationId}' {problem}", innerException)
    {
    }
}
