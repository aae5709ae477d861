namespace UserStore.Migrations;

/// <summary>Thrown when a runner does not hold the lock any more: it could not renew its lease in time, or somebody released it by force.
/// It has stopped, and recorded nothing since.</summary>
public sealed class MigrationLeaseLostException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="MigrationLeaseLostException"/> class.</summary>
    /// <param name="migrationId">The migration that was running, if one was.</param>
    /// <param name="innerException">The error that shows it, if one does.</param>
    public MigrationLeaseLostException(string? migrationId = null, Exception? innerException = null)
        : base(
            migrationId,
            (migrationId is null ? "The run" : $"Migration '{migrationId}'") + " was stopped, because the lease on the lock was lost: it was "
                + "not renewed in time, or the lock was released by force. The next run tells how the journal stands.",
            innerException)
    {
    }
}
