namespace UserStore.Migrations.Journaling;

/// <summary>Stores the row of the lock.</summary>
internal interface IMigrationLockStore
{
    /// <summary>Reads the row consistently; null if there was never one.</summary>
    Task<LockRow?> FindAsync(CancellationToken cancellationToken);

    /// <summary>Replaces the row if it is unchanged since it was read.</summary>
    /// <param name="seen">The row as it was read; null if there was none.</param>
    /// <param name="next">The new row.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>Whether the row was replaced.</returns>
    Task<bool> TryReplaceAsync(LockRow? seen, LockRow next, CancellationToken cancellationToken);

    /// <summary>Returns the highest fencing number that the row or a checkpoint has.</summary>
    Task<long> FindLastFenceAsync(CancellationToken cancellationToken);

    /// <summary>Deletes the row if it is unchanged since it was read. What the next acquisition continues from is kept elsewhere.</summary>
    /// <returns>Whether the row was deleted.</returns>
    Task<bool> TryDeleteAsync(LockRow seen, CancellationToken cancellationToken);
}
