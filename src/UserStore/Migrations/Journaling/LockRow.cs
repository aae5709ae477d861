namespace UserStore.Migrations.Journaling;

/// <summary>Represents the row of the lock. The fencing number only grows, also after the row was deleted.</summary>
internal sealed record LockRow
{
    public const int MaxReleases = 20;

    /// <summary>Gets the fencing number of the last acquisition or forced release; 0 in a row that another program wrote.</summary>
    public long Fence { get; init; }

    /// <summary>Gets the number of the last change. If it stays the same for a whole lease, the owner has stopped renewing.</summary>
    public long Revision { get; init; }

    public MigrationLockOwner? Owner { get; init; }

    public IReadOnlyList<ForcedRelease> Releases { get; init; } = [];

    /// <summary>Gets a value indicating whether the row was deleted for another program.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>Gets a value indicating whether another program wrote the row, for which the existence of the row means that the lock is
    /// held.</summary>
    public bool IsExternal => Fence == 0;

    public bool IsHeld => Owner is not null || IsExternal;

    public MigrationLockStatus ToStatus() => new(IsHeld, Owner, Fence, Releases);

    public bool IsHeldBy(LockFence fence) => Fence == fence.Number && Owner?.RunId == fence.Owner;
}
