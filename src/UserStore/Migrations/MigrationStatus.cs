namespace UserStore.Migrations;

/// <summary>Represents the state of the journal and the lock at one moment.</summary>
/// <param name="Migrations">All migrations, of the service and of the journal, in the order of their ids.</param>
/// <param name="Missing">The ids of applied migrations that the service does not have.</param>
/// <param name="Lock">The lock.</param>
public sealed record MigrationStatus(
    IReadOnlyList<MigrationEntry> Migrations, IReadOnlyList<string> Missing, MigrationLockStatus Lock)
{
    /// <summary>Gets what to do next.</summary>
    public required MigrationNextStep NextStep { get; init; }

    /// <summary>Gets the migrations of the service that a run with <see cref="MigrationPlanner.Latest"/> would apply.</summary>
    public IEnumerable<MigrationEntry> Pending
        => Migrations.Where(entry => entry.State != MigrationState.Applied && !Missing.Contains(entry.Id));
}

/// <summary>Represents the state of the lock.</summary>
/// <param name="IsHeld">Whether the lock is held. A lock whose owner has ended counts as held until another runner has watched it for a whole
/// lease.</param>
/// <param name="Owner">The current owner; <see langword="null"/> if the lock is free, or if another program holds it.</param>
/// <param name="Fence">The fencing number of the last acquisition.</param>
/// <param name="Releases">The last forced releases, oldest first.</param>
public sealed record MigrationLockStatus(
    bool IsHeld, MigrationLockOwner? Owner, long Fence, IReadOnlyList<ForcedRelease> Releases);

/// <summary>Represents the owner of the lock.</summary>
/// <param name="RunId">The random id of the run.</param>
/// <param name="Host">The host and process of the run.</param>
/// <param name="AcquiredAt">When the run acquired the lock, by its own clock.</param>
/// <param name="RenewedAt">When the run last renewed its lease, by its own clock.</param>
/// <param name="Lease">How long the run holds the lock without a renewal.</param>
public sealed record MigrationLockOwner(
    string RunId, string Host, DateTimeOffset AcquiredAt, DateTimeOffset RenewedAt, TimeSpan Lease)
{
    /// <summary>Returns a description of the owner for people.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => $"{Host}, since {AcquiredAt:u}, renewed {RenewedAt:u}";
}

/// <summary>Represents a forced release of the lock.</summary>
/// <param name="RunId">The id of the run that held the lock; <see langword="null"/> if another program held it.</param>
/// <param name="Timestamp">When the lock was released, by the clock of the host.</param>
/// <param name="Host">The host and process that released the lock.</param>
/// <param name="Reason">The reason that the caller gave.</param>
public sealed record ForcedRelease(string? RunId, DateTimeOffset Timestamp, string Host, string Reason);
