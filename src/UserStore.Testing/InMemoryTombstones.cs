using UserStore.Preparation;
using UserStore.Privacy;

namespace UserStore.Testing;

/// <summary>Remembers which users of an in-memory store were erased. Not safe for concurrent use: the store holds the lock.</summary>
internal sealed class InMemoryTombstones(UserPrivacyOptions options, string tableName, TimeProvider time)
{
    private readonly UserHash _hash = new(options);
    private readonly Dictionary<string, UserErasureReceipt> _receipts = new(StringComparer.Ordinal);

    public UserHash Hash => _hash;

    public string HashOf(UserKey key) => _hash.Of(key);

    /// <summary>Returns the receipt of an erased user; null if the user is not erased, or the tombstone has expired.</summary>
    public UserErasureReceipt? Find(UserKey key)
        => Find(HashOf(key));

    /// <summary>Returns whether the user with a hash is erased.</summary>
    public bool Has(string hash) => Find(hash) is not null;

    public UserErasureReceipt Add(UserKey key)
    {
        DateTimeOffset now = time.GetUtcNow();
        var until = DateTimeOffset.FromUnixTimeSeconds((now + options.TombstoneRetention).ToUnixTimeSeconds());
        return _receipts[HashOf(key)] = new UserErasureReceipt(HashOf(key), tableName, Find(key)?.ErasedAt ?? now, until);
    }

    /// <exception cref="UserErasedException">The user is erased.</exception>
    public void Check(UserKey key)
    {
        if (Find(key) is { } receipt)
            throw new UserErasedException(key, receipt.TombstoneExpiresAt);
    }

    private UserErasureReceipt? Find(string hash)
        => _receipts.TryGetValue(hash, out UserErasureReceipt? receipt) && receipt.TombstoneExpiresAt > time.GetUtcNow() ? receipt : null;
}
