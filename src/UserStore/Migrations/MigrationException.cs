namespace UserStore.Migrations;

/// <summary>The base of what goes wrong with migrations.</summary>
public abstract class MigrationException : UserStoreException
{
    private protected MigrationException(string? migrationId, string message, Exception? innerException)
        : base(message, innerException)
        => MigrationId = migrationId;

    /// <summary>Gets the migration that it is about; <see langword="null"/> when it is about none or several.</summary>
    public string? MigrationId { get; }
}
