using System.Text.Json;

namespace UserStore.Generators.Tests.Damage;

/// <summary>Finds the responses that the SDK reads to their end: from an object in place of a list, and from a list that ends too early, it reads values
/// until no memory is left.</summary>
internal static class SdkResponse
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 200 };

    public static bool IsReadToItsEnd(ResponseKind kind, byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, Options);
            return IsMap(json.RootElement, _ => true) && json.RootElement.EnumerateObject().All(
                property => property.Value.ValueKind == JsonValueKind.Null || IsRead(kind, property));
        }
        catch (Exception invalid) when (invalid is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsRead(ResponseKind kind, JsonProperty property) => property.Name switch
    {
        "Item" or "Attributes" or "LastEvaluatedKey" => IsItem(property.Value),
        "Items" => IsList(property.Value, IsItem),
        "Responses" => IsMap(property.Value, table => IsList(table, IsItem)),
        "UnprocessedKeys" => IsMap(property.Value, IsRequest),
        "ConsumedCapacity" when kind == ResponseKind.Batch => IsList(property.Value, IsCapacity),
        "ConsumedCapacity" => IsCapacity(property.Value),
        _ => IsScalar(property.Value),
    };

    private static bool IsCapacity(JsonElement json) => IsMap(json, IsScalar);

    private static bool IsRequest(JsonElement json) => IsMap(json, _ => true) && json.EnumerateObject().All(
        property => property.Name == "Keys" ? IsList(property.Value, IsItem) : IsScalar(property.Value));

    private static bool IsItem(JsonElement json) => IsMap(json, IsAttribute);

    private static bool IsAttribute(JsonElement json) => IsMap(json, _ => true) && json.EnumerateObject().All(typed => typed.Name switch
    {
        "L" => IsList(typed.Value, IsAttribute),
        "M" => IsItem(typed.Value),
        "SS" or "NS" or "BS" => IsList(typed.Value, IsScalar),
        _ => IsScalar(typed.Value),
    });

    private static bool IsScalar(JsonElement json) => json.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);

    private static bool IsList(JsonElement json, Func<JsonElement, bool> isElement)
        => json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(isElement);

    private static bool IsMap(JsonElement json, Func<JsonElement, bool> isValue)
        => json.ValueKind == JsonValueKind.Object && json.EnumerateObject().All(property => isValue(property.Value));
}
