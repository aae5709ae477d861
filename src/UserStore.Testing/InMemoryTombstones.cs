using UserStore.Modeling;
using UserStore.Preparation;
using UserStore.Privacy;

namespace UserStore.Testing;

/// <summary>Remembers which users of an in-memory store were erased. Not safe for concurrent use: the store holds the lock.</summary>
internal sealed class InMemoryTombstones(UserPrivacyOptions options, string tableName, TimeProvider time)
{
    private readonly KeyedHash _hash = KeyedHash.OfTombstones(options);
    private readonly Dictionary<string, UserErasureReceipt> _receipts = new(StringComparer.Ordinal);

    public string HashOf(UserKey key) => _hash.Of(KeyModel.ToText(key));

    /// <summary>Returns the receipt of an erased user; null if the user is not erased, or the tombstone has expired.</summary>
    public UserErasureReceipt? Find(UserKey key)
        => _receipts.TryGetValue(HashOf(key), out UserErasureReceipt? receipt) && receipt.TombstoneExpiresAt > time.GetUtcNow() ? receipt : null;

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
}
