namespace UserStore.Migrations;

/// <summary>Thrown when another runner holds the lock, longer than the caller wanted to wait.</summary>
public sealed class MigrationLockedException : MigrationException
{
    /// <summary>Initializes a new instance of the <see cref="MigrationLockedException"/> class.</summary>
    /// <param name="status">The lock as it was found.</param>
    public MigrationLockedException(MigrationLockStatus status)
        : base(null, Describe(status), null)
        => Lock = status;

    /// <summary>Gets the lock as it was found.</summary>
    public MigrationLockStatus Lock { get; }

    /// <inheritdoc/>
    public override bool IsTransient => true;

    private static string Describe(MigrationLockStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status.Owner is { } holder
            ? $"The lock of the migrations is held by {holder}. Wait for it; if that process has ended, the lock is free "
                + $"{holder.Lease} after its last renewal, for a runner that waits so long."
            : "The lock of the migrations is held by another program, which does not say who and until when. If that program is not running, "
                + "release the lock by force.";
    }
}
