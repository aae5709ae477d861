using System.Globalization;
using System.Text;
using System.Text.Json;

namespace UserStore.Privacy.CommandLine;

/// <summary>Writes and reads receipts as JSON.</summary>
internal static class ReceiptJson
{
    private const string Hash = "userHash";
    private const string Table = "tableName";
    private const string Erased = "erasedAt";
    private const string Expires = "tombstoneExpiresAt";

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

    /// <summary>Returns the receipt of a line, or null if it is none.</summary>
    public static UserErasureReceipt? Parse(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement receipt = document.RootElement;
            return new UserErasureReceipt(
                StringOf(receipt, Hash),
                StringOf(receipt, Table),
                receipt.GetProperty(Erased).GetDateTimeOffset(),
                receipt.GetProperty(Expires).GetDateTimeOffset());
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private static string StringOf(JsonElement receipt, string property)
        => receipt.GetProperty(property).GetString() is { Length: > 0 } text ? text : throw new FormatException();
}
