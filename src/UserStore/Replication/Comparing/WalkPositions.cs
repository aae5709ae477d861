using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;

namespace UserStore.Replication.Comparing;

/// <summary>How far each part of a walk has come.</summary>
internal sealed class WalkPositions
{
    private readonly Dictionary<string, AttributeValue>?[] _lastKeys;
    private readonly bool[] _isDone;

    public WalkPositions(int parts) => (_lastKeys, _isDone) = (new Dictionary<string, AttributeValue>?[parts], new bool[parts]);

    public bool IsDone(int part) => _isDone[part];

    /// <summary>Returns the key after which a part goes on, or null at its beginning.</summary>
    public Dictionary<string, AttributeValue>? After(int part) => _lastKeys[part];

    /// <summary>Notes that a page of a part is done.</summary>
    /// <param name="part">The part.</param>
    /// <param name="lastKey">The last key of the page, or null when it was the last page.</param>
    public void Note(int part, Dictionary<string, AttributeValue>? lastKey)
        => (_lastKeys[part], _isDone[part]) = (lastKey, lastKey is null);

    /// <summary>Returns the positions as JSON: for each part its last key, <c>null</c> before its first page, <c>true</c> when it is done.</summary>
    public string ToText()
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
                    AttributeJson.WriteKey(writer, key);
                else
                    writer.WriteNullValue();
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    public static WalkPositions FromText(string text, int parts)
    {
        using JsonDocument json = JsonDocument.Parse(text);
        var positions = new WalkPositions(parts);
        int part = 0;
        foreach (JsonElement position in json.RootElement.EnumerateArray())
        {
            if (position.ValueKind != JsonValueKind.Null)
                positions.Note(part, position.ValueKind == JsonValueKind.True ? null : AttributeJson.ReadItem(position));
            part++;
        }

        return positions;
    }
}
