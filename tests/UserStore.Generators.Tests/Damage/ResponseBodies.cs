using System.Text.Encodings.Web;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;

namespace UserStore.Generators.Tests.Damage;

/// <summary>Writes responses as DynamoDB does.</summary>
internal static class ResponseBodies
{
    public const string Table = "Users";

    // As DynamoDB escapes: only what must be.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Of(ResponseKind kind, IReadOnlyList<Dictionary<string, AttributeValue>> items)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            Write(json, kind, items);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ResponseKind kind, IReadOnlyList<Dictionary<string, AttributeValue>> items)
    {
        var key = new Dictionary<string, AttributeValue> { ["user_id"] = new("fake-9"), ["n"] = new() { N = "9" } };
        switch (kind)
        {
            case ResponseKind.Page:
                WriteCapacity(json);
                json.WriteNumber("Count", items.Count);
                WriteItems(json, "Items", items);
                json.WriteNumber("ScannedCount", items.Count);
                WriteItem(json, "LastEvaluatedKey", key);
                break;
            case ResponseKind.Batch:
                json.WriteStartArray("ConsumedCapacity");
                json.WriteEndArray();
                json.WriteStartObject("Responses");
                WriteItems(json, Table, items);
                json.WriteEndObject();
                json.WriteStartObject("UnprocessedKeys");
                json.WriteStartObject(Table);
                WriteItems(json, "Keys", [key]);
                json.WriteBoolean("ConsistentRead", true);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case ResponseKind.Refusal:
                json.WriteString("__type", "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException");
                WriteItem(json, "Item", items[0]);
                json.WriteString("message", "The conditional request failed");
                break;
            default:
                WriteItem(json, kind == ResponseKind.Get ? "Item" : "Attributes", items[0]);
                WriteCapacity(json);
                break;
        }
    }

    private static void WriteCapacity(Utf8JsonWriter json)
    {
        json.WriteStartObject("ConsumedCapacity");
        json.WriteString("TableName", Table);
        json.WriteNumber("CapacityUnits", 0.5);
        json.WriteEndObject();
    }

    private static void WriteItems(Utf8JsonWriter json, string name, IReadOnlyList<Dictionary<string, AttributeValue>> items)
    {
        json.WriteStartArray(name);
        foreach (Dictionary<string, AttributeValue> item in items)
            AttributeJson.WriteItem(json, item);
        json.WriteEndArray();
    }

    private static void WriteItem(Utf8JsonWriter json, string name, Dictionary<string, AttributeValue> item)
    {
        json.WritePropertyName(name);
        AttributeJson.WriteItem(json, item);
    }
}
