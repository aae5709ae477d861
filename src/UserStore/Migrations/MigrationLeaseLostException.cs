namespace UserStore.Migrations;

/// <summary>Thrown when a runner no longer holds the lock: it could not renew its lease in time, or the lock was released by force. The
/// runner has stopped. It records that its migration failed if no other runner holds the lock.</summary>
public sealed class MigrationLeaseLostException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="MigrationLeaseLostException"/> class.</summary>
    /// <param name="migrationId">The migration that was running, if one was.</param>
    /// <param name="innerException">The underlying error, if any.</param>
    public MigrationLeaseLostException(string? migrationId = null, Exception? innerException = null)
        : base(
            migrationId,
            (migrationId is null ? "The run" : $"Migration '{migrationId}'") + " was stopped, because the lease on the lock was lost: it was "
                + "not renewed in time, or the lock was released by force. The status shows the state of the migrations.",
            innerException)
    {
    }
}
