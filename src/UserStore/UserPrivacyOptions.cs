using System.Diagnostics.CodeAnalysis;

namespace UserStore;

/// <summary>Specifies how the users of one store are erased.</summary>
public sealed class UserPrivacyOptions
{
    /// <summary>The length of <see cref="HashKey"/>: as long as the hash, as RFC 2104 recommends for HMAC-SHA-256.</summary>
    internal const int HashKeyLength = 32;

    private static readonly TimeSpan MinRetention = TimeSpan.FromDays(2); // a stream keeps its records for 24 hours
    private static readonly TimeSpan MaxRetention = TimeSpan.FromDays(3650);

    /// <summary>Gets or sets the secret key with which the store hashes the keys of erased users (HMAC-SHA-256).</summary>
    /// <value>
    /// 32 random bytes, Base64-encoded in configuration. The default is <see langword="null"/>: users cannot be erased, and there is no table of
    /// tombstones. All services that write to the same tables must use the same key. It must not be replaced while there are tombstones: under another
    /// key the store does not recognize them.
    /// </value>
    [SuppressMessage("Performance", "CA1819:Properties should not return arrays", Justification = "Bound from configuration.")]
    public byte[]? HashKey { get; set; }

    /// <summary>Gets or sets the table that stores the tombstones of erased users, without the prefix. Ignored without
    /// <see cref="HashKey"/>.</summary>
    /// <value>
    /// Including the prefix 3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <see langword="null"/>:
    /// <c>UserTombstones</c>, or, if the users' table has another name than <c>Users</c>, that name followed by <c>Tombstones</c>. Each user type
    /// requires a table of its own. Do not restore this table from a backup together with the users: its tombstones keep erased users from coming
    /// back.
    /// </value>
    public string? TombstonesTable { get; set; }

    /// <summary>Gets or sets how long a tombstone prevents that an erased user comes back: from a late record of a stream, a batch that is retried, or
    /// a restored backup.</summary>
    /// <value>
    /// 2 to 3,650 days. The default is 40 days, more than the 35 days within which DynamoDB restores a table to a point in time. Set it above the age
    /// of the oldest backup that you keep. Until then, no user with the same key can be created.
    /// </value>
    public TimeSpan TombstoneRetention { get; set; } = TimeSpan.FromDays(40);

    /// <summary>Returns a sentence for each property that is outside its range.</summary>
    internal IEnumerable<string> Validate()
    {
        if (HashKey is not null and not { Length: HashKeyLength })
            yield return $"Privacy.HashKey has {HashKey.Length} bytes, but must have {HashKeyLength}.";
        if (TombstoneRetention < MinRetention || TombstoneRetention > MaxRetention)
            yield return $"Privacy.TombstoneRetention is {TombstoneRetention}, but must be between {MinRetention} and {MaxRetention}.";
    }
}
