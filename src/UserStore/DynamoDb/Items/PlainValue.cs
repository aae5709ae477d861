using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;

namespace UserStore.DynamoDb.Items;

/// <summary>The form in which a value is encrypted: the letter of its type in DynamoDB's API, and its text or bytes; of all other types, the letter J and
/// the JSON of the API.</summary>
internal static class PlainValue
{
    private const byte Json = (byte)'J';

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Serialize(AttributeValue value)
    {
        switch (value)
        {
            case { S: { } text }:
                return [(byte)'S', .. Encoding.UTF8.GetBytes(text)];
            case { N: { } number }:
                return [(byte)'N', .. Encoding.UTF8.GetBytes(number)];
            case { B: { } bytes }:
                return [(byte)'B', .. bytes.ToArray()];
        }

        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json, Options);
        AttributeJson.Write(writer, value);
        writer.Flush();
        return [Json, .. json.WrittenSpan];
    }

    /// <exception cref="FormatException">The bytes are no value.</exception>
    /// <exception cref="JsonException">The bytes are no value.</exception>
    public static AttributeValue Deserialize(byte[] plain)
    {
        switch ((char)plain.FirstOrDefault())
        {
            case 'S':
                return new AttributeValue { S = Encoding.UTF8.GetString(plain.AsSpan(1)) };
            case 'N':
                return new AttributeValue { N = Encoding.UTF8.GetString(plain.AsSpan(1)) };
            case 'B':
                return new AttributeValue { B = new MemoryStream(plain[1..]) };
            case (char)Json:
                using (JsonDocument json = JsonDocument.Parse(plain.AsMemory(1)))
                    return AttributeJson.Read(json.RootElement);
            default:
                throw new FormatException("A decrypted value has an unknown type.");
        }
    }
}
