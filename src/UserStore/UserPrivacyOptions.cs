using System.Diagnostics.CodeAnalysis;

namespace UserStore;

/// <summary>Specifies how the users of one store are erased, and how their values are encrypted.</summary>
public sealed class UserPrivacyOptions
{
    /// <summary>The length of <see cref="HashKey"/>: as long as the hash, as RFC 2104 recommends for HMAC-SHA-256.</summary>
    internal const int HashKeyLength = 32;

    private const int MaxCacheSize = 1_000_000;

    private static readonly TimeSpan MinRetention = TimeSpan.FromDays(2); // a stream keeps its records for 24 hours
    private static readonly TimeSpan MaxRetention = TimeSpan.FromDays(3650);
    private static readonly TimeSpan MaxCacheDuration = TimeSpan.FromHours(24);

    /// <summary>Gets or sets the secret key with which the store hashes the keys of erased users, the keys of users in the table of data keys, and
    /// encrypted unique values (HMAC-SHA-256).</summary>
    /// <value>
    /// 32 random bytes, Base64-encoded in configuration. The default is <see langword="null"/>: users cannot be erased, there is no table of
    /// tombstones, and no property can be encrypted. All services that write to the same tables must use the same key. It must not be replaced while
    /// there are tombstones or data keys: under another key the store does not find them.
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

    /// <summary>Gets or sets the table that stores the data keys of users, without the prefix. Ignored if the type has no encrypted
    /// properties.</summary>
    /// <value>
    /// Including the prefix 3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <see langword="null"/>:
    /// <c>UserDataKeys</c>, or, if the users' table has another name than <c>Users</c>, that name followed by <c>DataKeys</c>. Each user type
    /// requires a table of its own. The store enables neither backups nor a stream of this table: a key that is deleted must not remain anywhere.
    /// </value>
    public string? DataKeysTable { get; set; }

    /// <summary>Gets or sets the maximum number of unwrapped data keys that the process keeps in memory for the store.</summary>
    /// <value>1 to 1,000,000. The default is 10,000. The key that was used least recently is dropped first.</value>
    public int DataKeyCacheSize { get; set; } = 10_000;

    /// <summary>Gets or sets how long the process keeps an unwrapped data key in memory. A key that another process has deleted can decrypt values for
    /// this long; those that this process deletes are dropped at once.</summary>
    /// <value>0 to 24 hours. The default is 5 minutes. With 0 none is kept: each call reads and unwraps the keys that it needs.</value>
    public TimeSpan DataKeyCacheDuration { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>What <see cref="UseDataKeyWrapper"/> set, otherwise the registered wrapper. A field, because configuration binds properties.</summary>
    internal IDataKeyWrapper? DataKeyWrapper;

    /// <summary>Sets what wraps the data keys of users before they are stored. Without this call it is the <see cref="IDataKeyWrapper"/> that the service
    /// has registered. One is required if the type has encrypted properties.</summary>
    /// <param name="wrapper">The wrapper.</param>
    /// <exception cref="ArgumentNullException"><paramref name="wrapper"/> is <see langword="null"/>.</exception>
    public void UseDataKeyWrapper(IDataKeyWrapper wrapper)
    {
        ArgumentNullException.ThrowIfNull(wrapper);
        DataKeyWrapper = wrapper;
    }

    /// <summary>Returns a sentence for each property that is outside its range.</summary>
    internal IEnumerable<string> Validate()
    {
        if (HashKey is not null and not { Length: HashKeyLength })
            yield return $"Privacy.HashKey has {HashKey.Length} bytes, but must have {HashKeyLength}.";
        if (TombstoneRetention < MinRetention || TombstoneRetention > MaxRetention)
            yield return $"Privacy.TombstoneRetention is {TombstoneRetention}, but must be between {MinRetention} and {MaxRetention}.";
        if (DataKeyCacheSize is < 1 or > MaxCacheSize)
            yield return $"Privacy.DataKeyCacheSize is {DataKeyCacheSize}, but must be between 1 and {MaxCacheSize}.";
        if (DataKeyCacheDuration < TimeSpan.Zero || DataKeyCacheDuration > MaxCacheDuration)
            yield return $"Privacy.DataKeyCacheDuration is {DataKeyCacheDuration}, but must be between {TimeSpan.Zero} and {MaxCacheDuration}.";
    }
}
