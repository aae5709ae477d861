using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using Amazon.DynamoDBv2.Model.Internal.MarshallTransformations;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace UserStore.DynamoDb.Sending;

/// <summary>Reads the body of an error response before the SDK does, which neither compares it with the checksum of DynamoDB nor can read every
/// damaged one to an end. A damaged error says something else about a write than DynamoDB did.</summary>
internal static class ErrorBody
{
    private const string Header = "x-amz-crc32";
    private const int BufferBytes = 4096;

    private static readonly JsonDictionaryUnmarshaller<string, AttributeValue, StringUnmarshaller, AttributeValueUnmarshaller> Items =
        new(StringUnmarshaller.Instance, AttributeValueUnmarshaller.Instance);

    private static readonly JsonListUnmarshaller<CancellationReason, CancellationReasonUnmarshaller> CancellationReasons =
        new(CancellationReasonUnmarshaller.Instance);

    private static readonly JsonListUnmarshaller<ThrottlingReason, ThrottlingReasonUnmarshaller> ThrottlingReasons =
        new(ThrottlingReasonUnmarshaller.Instance);

    /// <summary>Returns the body for the SDK.</summary>
    /// <exception cref="IOException">The body is damaged.</exception>
    public static Stream Read(IWebResponseData response, Stream stream, IRequestContext request)
    {
        ReadOnlySpan<byte> received = ReadToEnd(stream);
        if (!IsIntact(response, received))
            throw new IOException("The body of an error response does not match its checksum.");
        // The SDK decodes the whole body for each space that precedes it.
        byte[] content = received.TrimStart((byte)' ').ToArray();
        return IsReadable(content, request)
            ? new MemoryStream(content, writable: false)
            : throw new IOException("The body of an error response is not one of DynamoDB.");
    }

    private static ReadOnlySpan<byte> ReadToEnd(Stream stream)
    {
        var content = new ArrayBufferWriter<byte>(BufferBytes);
        while (stream.Read(content.GetSpan(BufferBytes)) is > 0 and int read)
        {
            content.Advance(read);
            if (content.WrittenCount > ResponseIntegrity.MaxBytes)
                throw new IOException("The body of an error response is longer than any of DynamoDB.");
        }

        return content.WrittenSpan;
    }

    // The checksum is that of the bytes on the wire: it says nothing about a body that was decompressed.
    private static bool IsIntact(IWebResponseData response, ReadOnlySpan<byte> content) => response.ContentLength != content.Length
        || !uint.TryParse(response.GetHeaderValue(Header), NumberStyles.None, CultureInfo.InvariantCulture, out uint expected)
        || Crc32.HashToUInt32(content) == expected;

    // Reads what errors contain besides text. Each property must end within the error: then the SDK ends, whichever of them it reads.
    private static bool IsReadable(byte[] content, IRequestContext request)
    {
        using var context = new CheckedUnmarshaller.Context(new MemoryStream(content, writable: false), maintainsBody: false, response: null, request);
        var reader = new StreamingUtf8JsonReader(context.Stream, BufferBytes, context.JsonMaxDepth);
        bool isObject = false;
        try
        {
            isObject = context.Read(ref reader) && context.IsStartElement;
            while (isObject && context.ReadAtDepth(targetDepth: 1, ref reader))
            {
                if (context.TestExpression("Item", targetDepth: 1, ref reader))
                    Items.Unmarshall(context, ref reader);
                else if (context.TestExpression("CancellationReasons", targetDepth: 1, ref reader))
                    CancellationReasons.Unmarshall(context, ref reader);
                else if (context.TestExpression("ThrottlingReasons", targetDepth: 1, ref reader))
                    ThrottlingReasons.Unmarshall(context, ref reader);
                if (context.CurrentDepth < 1)
                    return false;
            }

            return true;
        }
        catch (Exception damaged) when (damaged is JsonException or AmazonClientException or ArgumentException or FormatException or InvalidOperationException)
        {
            return !isObject; // such as the page of a proxy
        }
    }
}
