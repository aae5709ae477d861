namespace UserStore.Migrations;

/// <summary>Thrown when another runner holds the lock for longer than the lock timeout.</summary>
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
        return status.Owner is { } owner
            ? $"The migration lock is held by {owner}. Wait for that run; if its process has ended, the lock becomes free for a runner that waits "
                + $"{owner.Lease}."
            : "The migration lock is held by another program, which records no owner and no lease. If that program is not running, release the "
                + "lock by force.";
    }
}
