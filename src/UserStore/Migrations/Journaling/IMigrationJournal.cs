namespace UserStore.Migrations.Journaling;

/// <summary>Stores what all runners of a store know about its migrations, in DynamoDB or, for tests, in memory.</summary>
internal interface IMigrationJournal
{
    /// <summary>Creates the missing tables, including those of the lock and the checkpoints. Required before every write.</summary>
    Task EnsureAsync(CancellationToken cancellationToken);

    /// <summary>Deletes the tables, including those of the lock and the checkpoints.</summary>
    Task DestroyAsync(CancellationToken cancellationToken);

    /// <summary>Reads all entries consistently; none if there is no journal.</summary>
    Task<IReadOnlyList<MigrationEntry>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Writes an entry if the fence still owns the lock.</summary>
    /// <returns>Whether the entry was written.</returns>
    Task<bool> TryRecordAsync(MigrationEntry entry, LockFence fence, CancellationToken cancellationToken);
}
