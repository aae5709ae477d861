using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Expressions;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;
using UserStore.Preparation;
using ReturnValuesOnConditionCheckFailure = Amazon.DynamoDBv2.ReturnValuesOnConditionCheckFailure;

namespace UserStore.DynamoDb.Encryption;

/// <summary>The table of data keys: one wrapped key for each user, by a keyed hash of the hash by which the tombstone of the user is found.</summary>
/// <remarks>The actions are sent in the transactions that write users, so that no user is stored without its data key.</remarks>
internal sealed class DataKeyTable(TableSchema table, UserStoreOptions options, TableReader reader, TimeProvider time)
{
    private const int MaxUnwraps = 16; // concurrently

    private readonly UserHash _users = new(options.Privacy);
    private readonly KeyedHash _hash = new(options.Privacy.HashKey!, "data keys");
    private readonly DataKeyCache _cache = DataKeyCache.Of(options.Privacy, time);
    private readonly KeyWrapping _wrapping = new(options, time);

    public TableSchema Schema => table;

    /// <summary>Returns the attributes of the key of a user's row.</summary>
    public Dictionary<string, AttributeValue> KeyOf(UserKey key) => KeyOf(_users.Of(key));

    /// <summary>Returns the attributes of the key of the row of a user whose tombstone is found by a hash.</summary>
    public Dictionary<string, AttributeValue> KeyOf(string userHash)
        => new(StringComparer.Ordinal) { [StoreSchema.DataKeyKey] = new AttributeValue(IdOf(userHash)) };

    /// <summary>Reads the row of a user consistently, without unwrapping the key.</summary>
    public Task<Dictionary<string, AttributeValue>?> FindRowAsync(StoreCall call, Dictionary<string, AttributeValue> key)
        => reader.FindAsync(call, table, key);

    /// <summary>Reads the rows of users consistently, without unwrapping their keys.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="userHashes">The distinct hashes by which the tombstones of the users are found.</param>
    /// <returns>The rows that are stored, each with the hash of its user.</returns>
    public async Task<IReadOnlyList<(string UserHash, Dictionary<string, AttributeValue> Row)>> FindRowsAsync(
        StoreCall call, IReadOnlyCollection<string> userHashes)
    {
        Dictionary<string, string> users = userHashes.ToDictionary(IdOf, StringComparer.Ordinal);
        var found = new List<(string UserHash, Dictionary<string, AttributeValue> Row)>();
        foreach (string[] chunk in userHashes.Chunk(TableReader.MaxKeys))
        {
            var rows = await reader.FindManyAsync(call, table, [.. chunk.Select(KeyOf)], ReadConsistency.Strong).ConfigureAwait(false);
            found.AddRange(rows.Select(row => (users[row[StoreSchema.DataKeyKey].S], row)));
        }

        return found;
    }

    /// <summary>Finds the data key of a user.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="key">The user.</param>
    /// <param name="id">The id of the key that is needed, so that the table is read if the cache has another; null for any.</param>
    /// <returns>The key that is stored, which may be another; null if there is none.</returns>
    public async Task<DataKey?> FindAsync(StoreCall call, UserKey key, string? id = null)
    {
        string user = KeyModel.ToText(key);
        if (_cache.Find(user) is { } cached && (id is null || cached.Id == id))
            return cached;
        (long readAt, long drops) = (time.GetTimestamp(), _cache.Drops);
        if (await FindRowAsync(call, KeyOf(key)).ConfigureAwait(false) is not { } row)
        {
            _cache.Drop(user);
            return null;
        }

        DataKey found = await UnwrapAsync(call, row).ConfigureAwait(false);
        _cache.Add(user, found, readAt, drops);
        return found;
    }

    /// <summary>Finds the data keys of users.</summary>
    /// <param name="call">The call that reads.</param>
    /// <param name="users">The users, each with the id of the key that is needed; null for any.</param>
    /// <returns>The keys that are stored, of the users that have one.</returns>
    public async Task<Dictionary<UserKey, DataKey>> FindManyAsync(StoreCall call, IReadOnlyDictionary<UserKey, string?> users)
    {
        var found = new Dictionary<UserKey, DataKey>();
        var missing = new Dictionary<string, (UserKey Key, Dictionary<string, AttributeValue> Row)>(StringComparer.Ordinal);
        foreach ((UserKey key, string? id) in users)
        {
            if (_cache.Find(KeyModel.ToText(key)) is { } cached && (id is null || cached.Id == id))
                found[key] = cached;
            else if (KeyOf(key) is var row)
                missing[row[StoreSchema.DataKeyKey].S] = (key, row);
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxUnwraps, CancellationToken = call.CancellationToken };
        foreach (var chunk in missing.Values.Chunk(TableReader.MaxKeys))
        {
            (long readAt, long drops) = (time.GetTimestamp(), _cache.Drops);
            List<Dictionary<string, AttributeValue>> rows = await reader.FindManyAsync(
                call, table, [.. chunk.Select(user => user.Row)], ReadConsistency.Strong).ConfigureAwait(false);
            await Parallel.ForEachAsync(rows, parallel, async (row, _) =>
            {
                DataKey dataKey = await UnwrapAsync(call, row).ConfigureAwait(false);
                UserKey key = missing[row[StoreSchema.DataKeyKey].S].Key;
                _cache.Add(KeyModel.ToText(key), dataKey, readAt, drops);
                lock (found)
                    found[key] = dataKey;
            }).ConfigureAwait(false);
        }

        return found;
    }

    /// <summary>Creates a data key, which is still to be stored.</summary>
    public Task<DataKey> CreateAsync(StoreCall call) => _wrapping.CreateAsync(call.CancellationToken);

    /// <summary>Returns the data key of the row that failed the condition of <see cref="Put"/>; null if the row was not returned.</summary>
    public async Task<DataKey?> FindInAsync(StoreCall call, CancellationReason reason)
        => reason.Item is { Count: > 0 } row ? await UnwrapAsync(call, row).ConfigureAwait(false) : null;

    /// <summary>Stores a new data key, if the user has none.</summary>
    public TransactWriteItem Put(UserKey key, DataKey dataKey)
    {
        var writer = new ExpressionWriter();
        Dictionary<string, AttributeValue> row = KeyOf(key);
        row[StoreSchema.DataKeyWrapped] = new AttributeValue { B = new MemoryStream(dataKey.Wrapped) };
        return new TransactWriteItem
        {
            Put = new Put
            {
                TableName = table.TableName,
                Item = row,
                ConditionExpression = $"attribute_not_exists({writer.Name(StoreSchema.DataKeyKey)})",
                ExpressionAttributeNames = writer.Names,
                ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
            },
        };
    }

    /// <summary>Ensures that the data key of a user is still stored.</summary>
    public TransactWriteItem Check(UserKey key, DataKey dataKey)
    {
        var writer = new ExpressionWriter();
        var wrapped = new AttributeValue { B = new MemoryStream(dataKey.Wrapped) };
        return new TransactWriteItem
        {
            ConditionCheck = new ConditionCheck
            {
                TableName = table.TableName,
                Key = KeyOf(key),
                ConditionExpression = $"{writer.Name(StoreSchema.DataKeyWrapped)} = {writer.Value(wrapped)}",
                ExpressionAttributeNames = writer.Names,
                ExpressionAttributeValues = writer.Values,
                ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
            },
        };
    }

    /// <summary>Deletes the data key of a user, if there is one.</summary>
    public TransactWriteItem Delete(UserKey key) => new() { Delete = new Delete { TableName = table.TableName, Key = KeyOf(key) } };

    /// <summary>Gets what <see cref="Remember"/> requires from before a key is written.</summary>
    public long Drops => _cache.Drops;

    /// <summary>Keeps a new key in memory after it was written, unless a key was dropped since it was created.</summary>
    public void Remember(UserKey key, DataKey dataKey, long dropsBefore) => _cache.Add(KeyModel.ToText(key), dataKey, time.GetTimestamp(), dropsBefore);

    /// <summary>Drops the data key of a user from memory, because it is, or may be, deleted.</summary>
    public void Drop(UserKey key) => _cache.Drop(KeyModel.ToText(key));

    private string IdOf(string userHash) => _users.Identified(_hash.Of(userHash));

    private Task<DataKey> UnwrapAsync(StoreCall call, Dictionary<string, AttributeValue> row)
        => row.GetValueOrDefault(StoreSchema.DataKeyWrapped)?.B?.ToArray() is { } wrapped
            ? _wrapping.UnwrapAsync(wrapped, call.CancellationToken)
            : Task.FromResult(DataKey.Unusable);
}
