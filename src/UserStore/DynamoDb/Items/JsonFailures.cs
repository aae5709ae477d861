using System.Text.Json;
using Amazon.Runtime;

namespace UserStore.DynamoDb.Items;

/// <summary>Removes from failures what they quote of the JSON, which may contain values of users.</summary>
internal static class JsonFailures
{
    /// <summary>Returns a failure that says where the JSON is not valid, but quotes none of it; other failures as they are.</summary>
    public static Exception WithoutText(this Exception failure) => failure is JsonException { LineNumber: { } line } json
        ? new JsonException($"The JSON is not valid at byte {json.BytePositionInLine} of line {line}.", path: null, line, json.BytePositionInLine)
        : failure;

    /// <summary>Returns the failure without the path at which the SDK stopped reading, which contains the keys of maps, and without the
    /// body.</summary>
    public static AmazonUnmarshallingException WithoutContent(this AmazonUnmarshallingException failure)
        => string.IsNullOrEmpty(failure.LastKnownLocation) && failure.ResponseBody is null && failure.InnerException is not JsonException
            ? failure
            : new(failure.RequestId, lastKnownLocation: null, failure.InnerException?.WithoutText(), failure.StatusCode);
}
