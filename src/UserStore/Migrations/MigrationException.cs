namespace UserStore.Migrations;

/// <summary>The base class of the exceptions of migrations.</summary>
public abstract class MigrationException : UserStoreException
{
    private protected MigrationException(string? migrationId, string message, Exception? innerException)
        : base(message, innerException)
        => MigrationId = migrationId;

    /// <summary>Gets the affected migration; <see langword="null"/> if there is none or more than one.</summary>
    public string? MigrationId { get; }
}
