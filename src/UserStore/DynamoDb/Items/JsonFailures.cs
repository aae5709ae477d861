using System.Text.Json;

namespace UserStore.DynamoDb.Items;

/// <summary>Removes from failures what they quote of the JSON, which may contain values of users.</summary>
internal static class JsonFailures
{
    /// <summary>Returns a failure that says where the JSON is not valid, but quotes none of it; other failures as they are.</summary>
    public static Exception WithoutText(this Exception failure) => failure is JsonException { LineNumber: { } line } json
        ? new JsonException($"The JSON is not valid at byte {json.BytePositionInLine} of line {line}.", path: null, line, json.BytePositionInLine)
        : failure;
}
