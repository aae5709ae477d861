using System.Runtime.CompilerServices;

namespace UserStore.DynamoDb.Encryption;

/// <summary>Keeps unwrapped data keys: a limited number, each for a limited time after it was read.</summary>
/// <param name="options">The limits.</param>
/// <param name="time">The clock.</param>
/// <remarks>
/// Not a cache of a library: <c>Microsoft.Extensions.Caching.Memory</c> would be a dependency of every service, enforces its limit of entries by
/// rejecting new ones until a background task has removed old ones, and does not show that a key was dropped while it was read.
/// </remarks>
internal sealed class DataKeyCache(UserPrivacyOptions options, TimeProvider time)
{
    private static readonly ConditionalWeakTable<UserPrivacyOptions, DataKeyCache> Instances = [];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new(); // the latest first
    private long _drops;

    /// <summary>Returns the cache of a store, which its batch writer, its replications and so on share, because they have the same options.</summary>
    public static DataKeyCache Of(UserPrivacyOptions options, TimeProvider time)
        => Instances.GetValue(options, options => new DataKeyCache(options, time));

    /// <summary>Gets the number of keys that were dropped until now, by which <see cref="Add"/> notices that one was dropped while it was read.</summary>
    public long Drops => Interlocked.Read(ref _drops);

    public DataKey? Find(string user)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(user, out LinkedListNode<Entry>? node))
                return null;
            if (time.GetElapsedTime(node.Value.ReadAt) >= options.DataKeyCacheDuration)
            {
                Remove(node);
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Key;
        }
    }

    /// <summary>Adds a key that was read, unless any was dropped since.</summary>
    /// <param name="user">The key of the user, as a string.</param>
    /// <param name="key">The key.</param>
    /// <param name="readAt">A timestamp from before it was read.</param>
    /// <param name="dropsBefore">The value of <see cref="Drops"/> from before it was read.</param>
    public void Add(string user, DataKey key, long readAt, long dropsBefore)
    {
        if (options.DataKeyCacheDuration == TimeSpan.Zero || !key.IsUsable)
            return;
        lock (_lock)
        {
            if (dropsBefore != _drops)
                return;
            if (_entries.TryGetValue(user, out LinkedListNode<Entry>? known))
                Remove(known);
            _entries[user] = _byUse.AddFirst(new Entry(user, key, readAt));
            if (_entries.Count > options.DataKeyCacheSize)
                Remove(_byUse.Last!);
        }
    }

    public void Drop(string user)
    {
        lock (_lock)
        {
            _drops++;
            if (_entries.TryGetValue(user, out LinkedListNode<Entry>? node))
                Remove(node);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.User);
    }

    private sealed record Entry(string User, DataKey Key, long ReadAt);
}
