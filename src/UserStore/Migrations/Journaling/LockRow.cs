namespace UserStore.Migrations.Journaling;

/// <summary>The row of the lock. It is never deleted, so that the fencing number only grows.</summary>
internal sealed record LockRow
{
    public const int MaxReleases = 20;

    /// <summary>Gets the fencing number of the last acquisition or release by force; 0 in a row that another program wrote.</summary>
    public long Fence { get; init; }

    /// <summary>Gets the number of the last change: whoever sees it stand still for a whole lease knows that the holder is gone.</summary>
    public long Revision { get; init; }

    public MigrationLockOwner? Owner { get; init; }

    public IReadOnlyList<ForcedRelease> Releases { get; init; } = [];

    /// <summary>Gets a value indicating whether another program wrote the row, to which its being there means that the lock is
    /// held.</summary>
    public bool IsForeign => Fence == 0;

    public bool IsHeld => Owner is not null || IsForeign;

    public MigrationLockStatus ToStatus() => new(IsHeld, Owner, Fence, Releases);

    public bool IsHeldBy(LockFence fence) => Fence == fence.Number && Owner?.RunId == fence.Owner;
}
