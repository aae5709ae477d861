using System.Globalization;
using System.Text;
using System.Text.Json;
using UserStore.CommandLine;

namespace UserStore.Privacy.CommandLine;

/// <summary>Writes and reads receipts as JSON.</summary>
internal static class ReceiptJson
{
    private const string Hash = "userHash";
    private const string Table = "tableName";
    private const string Erased = "erasedAt";
    private const string Expires = "tombstoneExpiresAt";

    /// <summary>The property of the document of <c>erase --json</c>.</summary>
    public const string List = "receipts";

    private static readonly JsonReaderOptions ManyValues = new() { AllowMultipleValues = true };

    public static string ToLine(UserErasureReceipt receipt)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            Write(json, receipt);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    public static void Write(Utf8JsonWriter json, UserErasureReceipt receipt)
    {
        json.WriteStartObject();
        json.WriteString(Hash, receipt.UserHash);
        json.WriteString(Table, receipt.TableName);
        json.WriteString(Erased, receipt.ErasedAt.ToString("O", CultureInfo.InvariantCulture));
        json.WriteString(Expires, receipt.TombstoneExpiresAt.ToString("O", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    /// <summary>Returns the receipts of a text: objects, arrays of them, and documents of <c>erase --json</c>, one after the other. The names of their
    /// properties may begin with an upper-case letter, as <see cref="JsonSerializer"/> writes them.</summary>
    /// <exception cref="CommandFailedException">The text has something else.</exception>
    public static List<UserErasureReceipt> Parse(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(utf8, ManyValues);
        List<UserErasureReceipt> receipts = [];
        long end = 0;
        try
        {
            while (reader.Read())
            {
                using JsonDocument value = JsonDocument.ParseValue(ref reader);
                receipts.AddRange(ReceiptsIn(value.RootElement));
                end = reader.BytesConsumed;
            }
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new CommandFailedException("InvalidReceipt", $"Line {LineAfter(utf8, (int)end)} is not a receipt of 'privacy erase'.");
        }

        return receipts;
    }

    private static int LineAfter(ReadOnlySpan<byte> utf8, int position)
    {
        int blanks = utf8[position..].IndexOfAnyExcept(" \t\r\n"u8);
        return 1 + utf8[..(position + blanks)].Count((byte)'\n');
    }

    private static UserErasureReceipt[] ReceiptsIn(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(List, out JsonElement list))
            value = list;
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(ToReceipt)] : [ToReceipt(value)];
    }

    private static UserErasureReceipt ToReceipt(JsonElement value)
    {
        var receipt = new UserErasureReceipt(
            StringOf(value, Hash),
            StringOf(value, Table),
            PropertyOf(value, Erased).GetDateTimeOffset(),
            PropertyOf(value, Expires).GetDateTimeOffset());
        return Preparation.UserHash.IsHash(receipt.UserHash) ? receipt : throw new FormatException();
    }

    private static string StringOf(JsonElement receipt, string property)
        => PropertyOf(receipt, property).GetString() is { Length: > 0 } text ? text : throw new FormatException();

    private static JsonElement PropertyOf(JsonElement receipt, string property)
        => receipt.TryGetProperty(property, out JsonElement value) ? value : receipt.GetProperty($"{char.ToUpperInvariant(property[0])}{property[1..]}");
}
