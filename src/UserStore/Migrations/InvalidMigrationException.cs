namespace UserStore.Migrations;

/// <summary>Thrown when a migration is invalid: for example, its id is missing, malformed, or a duplicate.</summary>
public sealed class InvalidMigrationException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="InvalidMigrationException"/> class.</summary>
    /// <param name="migrationId">The migration, or its class if it has no id.</param>
    /// <param name="problem">The problem and its remedy, as the rest of a sentence.</param>
    /// <param name="innerException">The underlying error, if any.</param>
    public InvalidMigrationException(string migrationId, string problem, Exception? innerException = null)
        : base(migrationId, $"Migration '{migrationId}' {problem}", innerException)
    {
    }
}
