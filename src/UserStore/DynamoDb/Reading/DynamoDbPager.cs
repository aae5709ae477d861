using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;
using UserStore.DynamoDb.Users;
using UserStore.Modeling;
using UserStore.Paging;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Reading;

/// <summary>Reads pages of items, one request each, and maps each item by itself.</summary>
internal abstract class DynamoDbPager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
    UserTable<TUser> table, byte[] fingerprint, int? limit)
    : UserPager<TUser>(table.QueryInput.Tokens, fingerprint, limit)
    where TUser : class
{
    /// <summary>Gets a value indicating whether an item that cannot be read is an error, whatever the options specify.</summary>
    public bool MustReadAll { get; init; }

    /// <summary>Returns the key after which a page starts; null for the first page.</summary>
    /// <param name="position">The key, as <see cref="ToPage"/> returned it.</param>
    /// <param name="query">The query; null for a listing.</param>
    /// <exception cref="InvalidContinuationTokenException">The position is no key of the table and the index, or of another partition.</exception>
    protected Dictionary<string, AttributeValue>? StartKeyAt(string? position, PreparedQuery? query)
    {
        if (position is null)
            return null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(position);
            Dictionary<string, AttributeValue> item = AttributeJson.ReadItem(json.RootElement);
            KeyAttribute[] keys = [.. table.Schema.Users.StartKeyOf(query?.Index).DistinctBy(key => key.AttributeName)];
            if (item.Count == keys.Length && Array.TrueForAll(keys, key => item.TryGetValue(key.AttributeName, out AttributeValue? value)
                && IsKeyValue(value, key, key.AttributeName == query?.Index.PartitionKey.AttributeName ? query.PartitionKey : null)))
            {
                return item;
            }
        }
        catch (Exception failure) when (failure is JsonException or FormatException or InvalidOperationException) // the last for an unpaired surrogate
        {
            throw NoKey(failure);
        }

        throw NoKey();
    }

    protected ReadPage<TUser> ToPage(List<Dictionary<string, AttributeValue>>? items, Dictionary<string, AttributeValue>? lastKey)
    {
        var users = new List<TUser>(items?.Count ?? 0);
        List<UnreadableUser>? unreadable = null;
        foreach (Dictionary<string, AttributeValue> item in items ?? [])
        {
            var stored = new StoredUser(item, table.Model);
            if (!stored.IsUser)
                continue; // of another kind, by a key of the queried index
            (TUser? user, UnreadableUser? problem) = MustReadAll ? (table.ToUser(stored), null) : table.ToUserOrReport(stored);
            if (user is not null)
                users.Add(user);
            else
                (unreadable ??= []).Add(problem!);
        }

        return new ReadPage<TUser>(users, lastKey is { Count: > 0 } ? PositionOf(lastKey) : null, unreadable ?? []);
    }

    /// <summary>Returns the exception for a request that DynamoDB calls invalid: with a position, the token is to blame.</summary>
    protected Task<UserStoreException> ExplainInvalidAsync(string operation, string? position, AmazonDynamoDBException failure)
        => Task.FromResult<UserStoreException>(position is null
            ? new UserStoreUnavailableException(
                $"{operation} on table '{table.TableName}' was rejected by DynamoDB; the inner exception contains the reason.", failure, isTransient: false)
            : new InvalidContinuationTokenException("was rejected by DynamoDB", failure));

    private static string PositionOf(Dictionary<string, AttributeValue> key)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
            AttributeJson.WriteKey(writer, key);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    private static InvalidContinuationTokenException NoKey(Exception? failure = null) => new("holds no key from which to continue", failure);

    private static bool IsKeyValue(AttributeValue value, KeyAttribute key, StoredScalar? expected)
    {
        bool isNumber = key.AttributeType == ScalarAttributeType.N;
        if ((isNumber ? value.N : value.S) is not { Length: > 0 } text)
            return false;
        var scalar = new StoredScalar(isNumber ? ScalarKind.Number : ScalarKind.String, text);
        return scalar.ViolatedRule() is null && expected?.SameAs(scalar) != false;
    }
}
