namespace UserStore.Migrations;

/// <summary>What journal and lock say at one moment.</summary>
/// <param name="Migrations">All migrations, those of the service and those that only the journal knows, in the order of their ids.</param>
/// <param name="Missing">The ids of applied migrations that the service does not have.</param>
/// <param name="Lock">The lock.</param>
public sealed record MigrationStatus(
    IReadOnlyList<MigrationEntry> Migrations, IReadOnlyList<string> Missing, MigrationLockStatus Lock)
{
    /// <summary>Gets the migrations of the service that a run to the latest would apply.</summary>
    public IEnumerable<MigrationEntry> Pending
        => Migrations.Where(entry => entry.State != MigrationState.Applied && !Missing.Contains(entry.Id));
}

/// <summary>Who holds the lock.</summary>
/// <param name="IsHeld">Whether somebody does. A holder whose process has ended is one until another runner has watched the lock for a
/// whole lease.</param>
/// <param name="Owner">The current owner; <see langword="null"/> when the lock is free, or was written by another program.</param>
/// <param name="Fence">The fencing number of the last acquisition.</param>
/// <param name="Releases">The last releases by force, oldest first.</param>
public sealed record MigrationLockStatus(
    bool IsHeld, MigrationLockOwner? Owner, long Fence, IReadOnlyList<ForcedRelease> Releases);

/// <summary>The holder of the lock.</summary>
/// <param name="RunId">The random id of the run.</param>
/// <param name="Host">Its host and process.</param>
/// <param name="AcquiredAt">When it took the lock, by its own clock.</param>
/// <param name="RenewedAt">When it last renewed its lease, by its own clock.</param>
/// <param name="Lease">How long it holds the lock without a renewal.</param>
public sealed record MigrationLockOwner(
    string RunId, string Host, DateTimeOffset AcquiredAt, DateTimeOffset RenewedAt, TimeSpan Lease)
{
    /// <summary>Returns the holder for people.</summary>
    /// <returns>A text that is safe to log.</returns>
    public override string ToString() => $"{Host}, since {AcquiredAt:u}, renewed {RenewedAt:u}";
}

/// <summary>A release of the lock by force.</summary>
/// <param name="RunId">The id of the run that held it; <see langword="null"/> when another program did.</param>
/// <param name="Timestamp">When, by the clock of the host.</param>
/// <param name="Host">The host and process that released it.</param>
/// <param name="Reason">Why, in the words of whoever did it.</param>
public sealed record ForcedRelease(string? RunId, DateTimeOffset Timestamp, string Host, string Reason);
