using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;
using UserStore.Preparation;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Tombstones;

/// <summary>
/// The table of tombstones: which users were erased, by a keyed hash of their keys. What could bring a user back checks it in the transaction in which it
/// writes: so a write is either applied before the erasure, which then deletes what it wrote, or not at all.
/// </summary>
internal sealed class TombstoneTable(TableSchema table, UserPrivacyOptions options, TableReader reader, TimeProvider time)
{
    private const string Key = StoreSchema.TombstoneKey;
    private const string Expiry = StoreSchema.TombstoneExpiry;
    private const string ErasedAt = "erased_at";

    public TableSchema Schema => table;

    /// <summary>Gets the hash by which the tombstones of users are found.</summary>
    public UserHash Hash { get; } = new(options);

    /// <summary>Returns the tombstones of a store; null if its options do not permit erasure.</summary>
    public static TombstoneTable? Of(StoreSchema store, TableReader reader, TimeProvider time)
        => store.Tombstones is { } table ? new TombstoneTable(table, store.Options.Privacy, reader, time) : null;

    /// <summary>Returns the hash by which the tombstone of a user is found.</summary>
    public string HashOf(UserKey key) => HashOf(KeyModel.ToText(key));

    /// <inheritdoc cref="HashOf(UserKey)"/>
    public string HashOf(string key) => Hash.Of(key);

    /// <summary>Returns the condition that a user is not erased.</summary>
    public TransactWriteItem AbsenceOf(UserKey key)
    {
        var writer = new ExpressionWriter();
        string condition = $"attribute_not_exists({writer.Name(Key)}) OR {writer.Name(Expiry)} <= {writer.Value(ItemExtensions.Number(Now()))}";
        return new TransactWriteItem
        {
            ConditionCheck = new ConditionCheck
            {
                TableName = table.TableName,
                Key = KeyOf(HashOf(key)),
                ConditionExpression = condition,
                ExpressionAttributeNames = writer.Names,
                ExpressionAttributeValues = writer.Values,
                ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
            },
        };
    }

    /// <summary>Returns the write of a tombstone, which keeps the time of the erasure that it replaces.</summary>
    /// <param name="key">The user.</param>
    /// <param name="known">The tombstone that was read; null if there was none. The write requires that it is unchanged.</param>
    public (TransactWriteItem Write, Tombstone Next) Renew(UserKey key, Tombstone? known)
    {
        DateTimeOffset now = time.GetUtcNow();
        var next = new Tombstone(HashOf(key), known?.ErasedAt ?? now, (now + options.TombstoneRetention).ToUnixTimeSeconds());
        var writer = new ExpressionWriter();
        string condition = known is null
            ? $"attribute_not_exists({writer.Name(Key)}) OR {writer.Name(Expiry)} <= {writer.Value(ItemExtensions.Number(now.ToUnixTimeSeconds()))}"
            : $"{writer.Name(ErasedAt)} = {writer.Value(ItemExtensions.Instant(known.ErasedAt))}";
        Dictionary<string, AttributeValue> item = KeyOf(next.Hash);
        item.Add(ErasedAt, next.ErasedAt);
        item[Expiry] = ItemExtensions.Number(next.ExpiresAt);
        var put = new Put
        {
            TableName = table.TableName,
            Item = item,
            ConditionExpression = condition,
            ExpressionAttributeNames = writer.Names,
            ExpressionAttributeValues = writer.Values,
        };
        return (new TransactWriteItem { Put = put }, next);
    }

    /// <summary>Reads the tombstone of a user consistently; null if the user is not erased.</summary>
    public async Task<Tombstone?> FindAsync(StoreCall call, UserKey key)
        => LivingIn(await reader.FindAsync(call, table, KeyOf(HashOf(key))).ConfigureAwait(false));

    /// <summary>Reads consistently which of some users are erased.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="hashes">The distinct hashes of their keys.</param>
    /// <returns>The hashes of those that are erased.</returns>
    public async Task<IReadOnlySet<string>> FindErasedAsync(StoreCall call, IReadOnlyCollection<string> hashes)
    {
        var erased = new HashSet<string>(StringComparer.Ordinal);
        foreach (string[] chunk in hashes.Chunk(TableReader.MaxKeys))
        {
            var items = await reader.FindManyAsync(call, table, [.. chunk.Select(KeyOf)], ReadConsistency.Strong).ConfigureAwait(false);
            erased.UnionWith(items.Select(LivingIn).OfType<Tombstone>().Select(tombstone => tombstone.Hash));
        }

        return erased;
    }

    /// <summary>Reads the hashes of all users that are erased, page by page.</summary>
    /// <param name="begin">Begins a call for each page.</param>
    public IAsyncEnumerable<IReadOnlyCollection<string>> ScanAsync(Func<StoreCall> begin) => reader.ScanAllAsync(begin, table)
        .Select(page => (IReadOnlyCollection<string>)[.. page.Items.Select(LivingIn).OfType<Tombstone>().Select(tombstone => tombstone.Hash)]);

    /// <summary>Ensures that the tombstones were written with the secret key of the options, by one of them.</summary>
    /// <exception cref="InvalidOperationException">They were written with another one, so that no erased user would be recognized.</exception>
    public async Task CheckHashKeyAsync(StoreCall call)
    {
        if (await reader.HasOtherAsync(call, table, Key, Hash.IsOfOtherKey).ConfigureAwait(false))
        {
            throw new InvalidOperationException(
                $"The tombstones in table '{table.TableName}' were written with another UserStoreOptions.Privacy.HashKey. Use that key.");
        }
    }

    /// <summary>Reads the tombstone in the failure of <see cref="AbsenceOf"/>.</summary>
    public static UserErasedException ToException(UserKey key, ConditionFailure failure, int action) => new(
        key,
        failure.Reasons[action].Item?.Number(Expiry) is { } until ? DateTimeOffset.FromUnixTimeSeconds(until) : null,
        failure.Exception);

    // DynamoDB deletes an expired tombstone later.
    private Tombstone? LivingIn(Dictionary<string, AttributeValue>? item)
        => item?.Text(Key) is { } hash && item.Number(Expiry) is { } until && until > Now()
            ? new Tombstone(hash, item.Instant(ErasedAt) ?? default, until)
            : null;

    private long Now() => time.GetUtcNow().ToUnixTimeSeconds();

    private static Dictionary<string, AttributeValue> KeyOf(string hash) => new(StringComparer.Ordinal) { [Key] = new AttributeValue(hash) };
}

/// <summary>Remembers that a user was erased.</summary>
/// <param name="Hash">The keyed hash of the key.</param>
/// <param name="ErasedAt">When the user was erased for the first time.</param>
/// <param name="ExpiresAt">Until when no user with the key can be created, in epoch seconds.</param>
internal sealed record Tombstone(string Hash, DateTimeOffset ErasedAt, long ExpiresAt);
