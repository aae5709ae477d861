using System.Globalization;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore;

/// <summary>
/// Stores a <see cref="DateTimeOffset"/> as an ISO 8601 string in UTC, always with seven fractional digits, so that the strings sort in
/// chronological order.
/// </summary>
/// <remarks>
/// Reads strings that other programs write: with up to nine fractional digits, which are truncated to 100 ns, and with <c>Z</c> or an
/// offset. The store uses this converter for every property of this type. If other contexts read the type as well, specify the converter in
/// <c>[DynamoDBProperty("at", typeof(InstantConverter))]</c>.
/// </remarks>
public sealed class InstantConverter : IPropertyConverter
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    /// <inheritdoc/>
    public DynamoDBEntry ToEntry(object value)
        => value is DateTimeOffset instant ? new Primitive(ToText(instant)) : null!;

    /// <inheritdoc/>
    public object FromEntry(DynamoDBEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);

        if (entry is not Primitive { Type: DynamoDBEntryType.String } text || !TryParse(text.AsString(), out DateTimeOffset instant))
            throw new FormatException("The attribute is not an instant in ISO 8601 format.");
        return instant;
    }

    internal static string ToText(DateTimeOffset instant) => instant.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    internal static bool TryParse(string text, out DateTimeOffset instant) => DateTimeOffset.TryParse(
        WithTicks(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);

    // The framework rounds the eighth fractional digit, which could move an instant into the future.
    private static string WithTicks(string text)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
            return text;
        int end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return end - point - 1 <= 7 ? text : string.Concat(text.AsSpan(0, point + 8), text.AsSpan(end));
    }
}
