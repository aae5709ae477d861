using System.Text.Encodings.Web;
using System.Text.Json;
using UserStore.DynamoDb.Items;

namespace UserStore.Generators.Tests.Damage;

/// <summary>Leaves out what the store does not read of a response.</summary>
internal static class Relevant
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 200 };

    private static readonly Dictionary<ResponseKind, string[]> Properties = new()
    {
        [ResponseKind.Get] = ["Item"],
        [ResponseKind.Update] = ["Attributes"],
        [ResponseKind.Page] = ["Items", "LastEvaluatedKey"],
        [ResponseKind.Batch] = ["Responses", "UnprocessedKeys"],
    };

    /// <summary>Returns the response with what is read; null if it is not JSON.</summary>
    /// <param name="kind">The kind of the response.</param>
    /// <param name="body">The response.</param>
    /// <param name="attributes">The attributes that are read.</param>
    public static byte[]? PartOf(ResponseKind kind, byte[] body, HashSet<string> attributes)
    {
        try
        {
            using var response = JsonDocument.Parse(body, Options);
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }))
                Write(json, response.RootElement, Properties[kind], attributes);
            return stream.ToArray();
        }
        catch (Exception invalid) when (invalid is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter json, JsonElement response, string[] properties, HashSet<string> attributes)
    {
        json.WriteStartObject();
        foreach (JsonProperty property in response.EnumerateObject().Where(property => properties.Contains(property.Name)))
        {
            json.WritePropertyName(property.Name);
            if (property is { Name: "Item" or "Attributes", Value.ValueKind: JsonValueKind.Object })
                WriteItem(json, property.Value, attributes);
            else if (property is { Name: "Items", Value.ValueKind: JsonValueKind.Array })
                WriteItems(json, property.Value, attributes);
            else if (property is { Name: "Responses", Value.ValueKind: JsonValueKind.Object })
                WriteTables(json, property.Value, items => WriteItems(json, items, attributes));
            else if (property is { Name: "UnprocessedKeys", Value.ValueKind: JsonValueKind.Object })
                WriteTables(json, property.Value, request => WriteKeys(json, request));
            else
                property.Value.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void WriteTables(Utf8JsonWriter json, JsonElement tables, Action<JsonElement> write)
    {
        json.WriteStartObject();
        foreach (JsonProperty table in tables.EnumerateObject())
        {
            json.WritePropertyName(table.Name);
            write(table.Value);
        }

        json.WriteEndObject();
    }

    private static void WriteKeys(Utf8JsonWriter json, JsonElement request)
    {
        json.WriteStartObject();
        foreach (JsonProperty keys in request.EnumerateObject().Where(property => property.Name == "Keys"))
            keys.WriteTo(json);
        json.WriteEndObject();
    }

    private static void WriteItems(Utf8JsonWriter json, JsonElement items, HashSet<string> attributes)
    {
        json.WriteStartArray();
        foreach (JsonElement item in items.EnumerateArray())
            WriteItem(json, item, attributes);
        json.WriteEndArray();
    }

    private static void WriteItem(Utf8JsonWriter json, JsonElement item, HashSet<string> attributes)
    {
        JsonProperty[] all = [.. item.EnumerateObject()], known = [.. all.Where(attribute => attributes.Contains(attribute.Name))];
        json.WriteStartObject();
        // That an item exists without an attribute of the type, its other attributes show.
        foreach (JsonProperty attribute in known.Length == 0 ? all : known)
        {
            json.WritePropertyName(attribute.Name);
            WriteAttribute(json, attribute.Value);
        }

        json.WriteEndObject();
    }

    // A member of a map that is malformed, or is there twice, is refused if the type has it.
    private static void WriteAttribute(Utf8JsonWriter json, JsonElement attribute)
    {
        JsonProperty[] typed = attribute.ValueKind == JsonValueKind.Object ? [.. attribute.EnumerateObject()] : [];
        switch (typed)
        {
            case [{ Name: "M", Value.ValueKind: JsonValueKind.Object }]:
                json.WriteStartObject();
                json.WriteStartObject("M");
                foreach (JsonProperty member in typed[0].Value.EnumerateObject().Where(member => IsWellFormed(member.Value)).DistinctBy(member => member.Name))
                {
                    json.WritePropertyName(member.Name);
                    WriteAttribute(json, member.Value);
                }

                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case [{ Name: "L", Value.ValueKind: JsonValueKind.Array }]:
                json.WriteStartObject();
                json.WriteStartArray("L");
                foreach (JsonElement element in typed[0].Value.EnumerateArray())
                    WriteAttribute(json, element);
                json.WriteEndArray();
                json.WriteEndObject();
                break;
            default:
                attribute.WriteTo(json);
                break;
        }
    }

    // What lists and maps contain is decided for each of their members.
    private static bool IsWellFormed(JsonElement attribute)
    {
        try
        {
            if (attribute.EnumerateObject().Count() == 1 && attribute.EnumerateObject().Single() is { Name: "L" or "M" } typed)
                return typed.Value.ValueKind == (typed.Name == "L" ? JsonValueKind.Array : JsonValueKind.Object);
            AttributeJson.Read(attribute);
            return true;
        }
        catch (Exception malformed) when (malformed is FormatException or InvalidOperationException)
        {
            return false;
        }
    }
}
