using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;

namespace UserStore.Replication.Comparing;

/// <summary>Represents the position of each part of a walk.</summary>
internal sealed class WalkPositions
{
    private readonly Dictionary<string, AttributeValue>?[] _lastKeys;
    private readonly bool[] _isDone;

    public WalkPositions(int parts) => (_lastKeys, _isDone) = (new Dictionary<string, AttributeValue>?[parts], new bool[parts]);

    public bool IsDone(int part) => _isDone[part];

    /// <summary>Returns the key after which a part continues, or null at its beginning.</summary>
    public Dictionary<string, AttributeValue>? After(int part) => _lastKeys[part];

    /// <summary>Sets the position after a page of a part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="lastKey">The last key of the page, or null if it was the last page.</param>
    public void Set(int part, Dictionary<string, AttributeValue>? lastKey)
        => (_lastKeys[part], _isDone[part]) = (lastKey, lastKey is null);

    /// <summary>Returns the positions as JSON: for each part its last key, <c>null</c> before its first page, <c>true</c> if it is done.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            for (int part = 0; part < _isDone.Length; part++)
            {
                if (_isDone[part])
                    writer.WriteBooleanValue(true);
                else if (_lastKeys[part] is { } key)
                    AttributeJson.WriteItem(writer, key);
                else
                    writer.WriteNullValue();
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    public static WalkPositions Parse(string json, int parts)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        var positions = new WalkPositions(parts);
        int part = 0;
        foreach (JsonElement position in document.RootElement.EnumerateArray())
        {
            if (position.ValueKind != JsonValueKind.Null)
                positions.Set(part, position.ValueKind == JsonValueKind.True ? null : AttributeJson.ReadItem(position));
            part++;
        }

        return positions;
    }
}
