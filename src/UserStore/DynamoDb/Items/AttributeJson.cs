using System.Text.Json;
using Amazon.DynamoDBv2.Model;

namespace UserStore.DynamoDb.Items;

/// <summary>Reads and writes attributes in the JSON of DynamoDB's API and of its stream events: <c>{"S": "text"}</c>.</summary>
internal static class AttributeJson
{
    /// <exception cref="FormatException">The JSON is not an item.</exception>
    public static Dictionary<string, AttributeValue> ReadItem(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new FormatException("An item is not a JSON object.");
        var item = new Dictionary<string, AttributeValue>(StringComparer.Ordinal);
        foreach (JsonProperty attribute in json.EnumerateObject())
            item[attribute.Name] = Read(attribute.Value);
        return item;
    }

    /// <summary>Writes a key, whose attributes are strings or numbers.</summary>
    public static void WriteKey(Utf8JsonWriter writer, Dictionary<string, AttributeValue> key)
    {
        writer.WriteStartObject();
        foreach ((string name, AttributeValue value) in key)
        {
            writer.WriteStartObject(name);
            writer.WriteString(value.S is null ? "N" : "S", value.S ?? value.N);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static AttributeValue Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || json.EnumerateObject().Count() != 1)
            throw new FormatException("An attribute is not a JSON object with one property, its type.");
        JsonProperty typed = json.EnumerateObject().Single();
        JsonElement value = typed.Value;
        try
        {
            return typed.Name switch
            {
                "S" => new AttributeValue { S = StringIn(value) },
                "N" => new AttributeValue { N = StringIn(value) },
                "B" => new AttributeValue { B = Bytes(value) },
                "BOOL" => new AttributeValue { BOOL = value.GetBoolean() },
                "NULL" => new AttributeValue { NULL = value.GetBoolean() },
                "SS" => new AttributeValue { SS = [.. value.EnumerateArray().Select(StringIn)] },
                "NS" => new AttributeValue { NS = [.. value.EnumerateArray().Select(StringIn)] },
                "BS" => new AttributeValue { BS = [.. value.EnumerateArray().Select(Bytes)] },
                "L" => new AttributeValue { L = [.. value.EnumerateArray().Select(Read)] },
                "M" => new AttributeValue { M = ReadItem(value) },
                _ => throw new FormatException("An attribute has an unknown type."),
            };
        }
        catch (InvalidOperationException mismatch)
        {
            throw new FormatException($"An attribute of type {typed.Name} has a value of another type.", mismatch);
        }
    }

    private static string StringIn(JsonElement json) => json.GetString() ?? throw new FormatException("An attribute has null instead of a string.");

    private static MemoryStream Bytes(JsonElement json) => new(json.GetBytesFromBase64());
}
