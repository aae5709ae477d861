using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;

namespace UserStore.Generators.Tests.Damage;

/// <summary>Decides whether a body is a response that DynamoDB can send, independently of the readers.</summary>
internal static class DynamoDbProtocol
{
    private const int MaxLevels = 32;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 100 };

    public static bool IsResponse(ResponseKind kind, byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, Options);
            CheckTexts(json.RootElement);
            foreach (JsonProperty property in json.RootElement.EnumerateObject())
                Check(kind, property);
            return true;
        }
        catch (Exception invalid) when (invalid is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return false;
        }
    }

    private static void Check(ResponseKind kind, JsonProperty property)
    {
        switch (property.Name)
        {
            case "Item" or "Attributes" or "LastEvaluatedKey":
                CheckItem(property.Value);
                break;
            case "Items":
                CheckItems(property.Value);
                break;
            case "Responses":
                CheckTables(property.Value);
                foreach (JsonProperty table in property.Value.EnumerateObject())
                    CheckItems(table.Value);
                break;
            case "UnprocessedKeys":
                CheckTables(property.Value);
                foreach (JsonProperty table in property.Value.EnumerateObject())
                    CheckItems(table.Value.GetProperty("Keys"));
                break;
            case "ConsumedCapacity":
                foreach (JsonElement capacity in kind == ResponseKind.Batch ? [.. property.Value.EnumerateArray()] : new[] { property.Value })
                    CheckCapacity(capacity);
                break;
            case "Count" or "ScannedCount":
                property.Value.GetInt32();
                break;
            default:
                throw new FormatException("A response has no such property.");
        }
    }

    private static void CheckTables(JsonElement tables)
    {
        if (tables.EnumerateObject().Any(table => table.Name != ResponseBodies.Table))
            throw new FormatException("The request named another table.");
    }

    private static void CheckCapacity(JsonElement capacity)
    {
        foreach (JsonProperty property in capacity.EnumerateObject())
        {
            if (property.Name == "TableName")
                _ = property.Value.GetString() ?? throw new FormatException();
            else
                property.Value.GetDouble();
        }
    }

    private static void CheckItems(JsonElement items)
    {
        foreach (JsonElement item in items.EnumerateArray())
            CheckItem(item);
    }

    private static void CheckItem(JsonElement json)
    {
        if (json.EnumerateObject().Any(attribute => LevelsOf(attribute.Value) > MaxLevels * 2))
            throw new FormatException("DynamoDB stores no such depth.");
        foreach (AttributeValue value in AttributeJson.ReadItem(json).Values)
            CheckValue(value);
    }

    private static void CheckValue(AttributeValue value)
    {
        if (value is { NULL: false } or { SS: [] } or { NS: [] } or { BS: [] })
            throw new FormatException("DynamoDB stores no such value.");
        foreach (AttributeValue element in value.L ?? [])
            CheckValue(element);
        foreach ((_, AttributeValue entry) in value.M ?? [])
            CheckValue(entry);
    }

    // Throws for a surrogate without the other one, and for bytes that are not UTF-8.
    private static void CheckTexts(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
            _ = json.GetString();
        foreach (JsonElement element in json.ValueKind == JsonValueKind.Array ? json.EnumerateArray() : default)
            CheckTexts(element);
        foreach (JsonProperty property in json.ValueKind == JsonValueKind.Object ? json.EnumerateObject() : default)
        {
            _ = property.Name;
            CheckTexts(property.Value);
        }
    }

    private static int LevelsOf(JsonElement json) => 1 + (json.ValueKind switch
    {
        JsonValueKind.Array => json.EnumerateArray().Select(LevelsOf).DefaultIfEmpty().Max(),
        JsonValueKind.Object => json.EnumerateObject().Select(property => LevelsOf(property.Value)).DefaultIfEmpty().Max(),
        _ => 0,
    });
}
