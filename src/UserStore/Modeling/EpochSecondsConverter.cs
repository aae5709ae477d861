using System.Globalization;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore;

/// <summary>Stores a <see cref="DateTimeOffset"/> as the number of seconds since 1 January 1970 in UTC, the format that
/// DynamoDB's time to live requires.</summary>
/// <remarks>Fractions of a second are truncated, including those that another program wrote.</remarks>
public sealed class EpochSecondsConverter : IPropertyConverter
{
    /// <inheritdoc/>
    public DynamoDBEntry ToEntry(object value) => value is DateTimeOffset instant
        ? new Primitive(instant.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), saveAsNumeric: true)
        : null!;

    /// <inheritdoc/>
    public object FromEntry(DynamoDBEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);

        return DateTimeOffset.FromUnixTimeSeconds((long)decimal.Floor(entry.AsDecimal()));
    }
}
