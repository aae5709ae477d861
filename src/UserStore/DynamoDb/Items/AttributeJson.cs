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
        {
            if (!item.TryAdd(attribute.Name, Read(attribute.Value)))
                throw new FormatException("An item has an attribute twice.");
        }

        return item;
    }

    /// <exception cref="FormatException">The JSON is not an attribute.</exception>
    public static AttributeValue Read(JsonElement json)
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

    public static void WriteItem(Utf8JsonWriter writer, Dictionary<string, AttributeValue> item)
    {
        writer.WriteStartObject();
        foreach ((string name, AttributeValue value) in item)
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }

    // A value without a type, which the SDK returns for one that it does not know, is an object without properties.
    public static void Write(Utf8JsonWriter writer, AttributeValue value)
    {
        writer.WriteStartObject();
        switch (value)
        {
            case { S: { } text }:
                writer.WriteString("S", text);
                break;
            case { N: { } number }:
                writer.WriteString("N", number);
                break;
            case { B: { } bytes }:
                writer.WriteBase64String("B", bytes.ToArray());
                break;
            case { BOOL: { } flag }:
                writer.WriteBoolean("BOOL", flag);
                break;
            case { SS: { } texts }:
                WriteArray(writer, "SS", texts, writer.WriteStringValue);
                break;
            case { NS: { } numbers }:
                WriteArray(writer, "NS", numbers, writer.WriteStringValue);
                break;
            case { BS: { } set }:
                WriteArray(writer, "BS", set, bytes => writer.WriteBase64StringValue(bytes.ToArray()));
                break;
            case { L: { } list }:
                WriteArray(writer, "L", list, element => Write(writer, element));
                break;
            case { M: { } map }:
                writer.WritePropertyName("M");
                WriteItem(writer, map);
                break;
            case { NULL: { } isNull }:
                writer.WriteBoolean("NULL", isNull);
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteArray<T>(Utf8JsonWriter writer, string type, List<T> values, Action<T> write)
    {
        writer.WriteStartArray(type);
        values.ForEach(write);
        writer.WriteEndArray();
    }

    private static string StringIn(JsonElement json) => json.GetString() ?? throw new FormatException("An attribute has null instead of a string.");

    private static MemoryStream Bytes(JsonElement json) => new(json.GetBytesFromBase64());
}
