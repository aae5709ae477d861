using System.Buffers;
using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;
using UserStore.Preparation;

namespace UserStore.DynamoDb.Users;

/// <summary>Writes the last key of a page as a position, and reads it back. It may be the key of an item that is no user.</summary>
internal static class KeyPosition
{
    public static string Of(Dictionary<string, AttributeValue> key)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
            AttributeJson.WriteItem(writer, key);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    /// <param name="position">What <see cref="Of"/> returned.</param>
    /// <param name="table">The table.</param>
    /// <param name="query">The query; null for a scan.</param>
    /// <exception cref="InvalidContinuationTokenException">The position is no key of the table and the index, or of another partition.</exception>
    public static Dictionary<string, AttributeValue> Parse(string position, TableSchema table, PreparedQuery? query)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(position);
            Dictionary<string, AttributeValue> item = AttributeJson.ReadItem(json.RootElement);
            KeyAttribute[] keys = [.. table.StartKeyOf(query?.Index).DistinctBy(key => key.AttributeName)];
            if (item.Count == keys.Length && Array.TrueForAll(keys, key => item.TryGetValue(key.AttributeName, out AttributeValue? value)
                && IsKeyValue(value, key, key.AttributeName == query?.Index.PartitionKey.AttributeName ? query.PartitionKey : null)))
            {
                return item;
            }
        }
        catch (Exception failure) when (failure is JsonException or FormatException or InvalidOperationException) // the last for an unpaired surrogate
        {
            throw NoKey(failure.WithoutText());
        }

        throw NoKey();
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
