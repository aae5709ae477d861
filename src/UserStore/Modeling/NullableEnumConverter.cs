using System.Globalization;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore.Modeling;

/// <summary>Stores a nullable enum as its number, as the SDK stores enums, or as the SDK stores nullable enums: as a structure with the number.
/// Reads both.</summary>
internal sealed class NullableEnumConverter(Type enumType, bool isMap) : IPropertyConverter
{
    public const string NumberField = "value__";

    /// <summary>Returns the stored form of an enum value.</summary>
    public static Primitive Number(object value)
        => new(Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture), saveAsNumeric: true);

    public DynamoDBEntry ToEntry(object value)
    {
        if (value is null)
            return null!;
        return isMap ? new Document { [NumberField] = Number(value) } : Number(value);
    }

    public object FromEntry(DynamoDBEntry entry) => Enum.ToObject(enumType, (entry is Document map ? map[NumberField] : entry).AsLong());
}
