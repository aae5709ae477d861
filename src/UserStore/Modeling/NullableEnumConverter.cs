using System.Globalization;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.DocumentModel;

namespace UserStore.Modeling;

/// <summary>Stores a nullable enum as its number. The SDK does so for enums, but treats a nullable enum as a structure and stores a
/// map.</summary>
internal sealed class NullableEnumConverter(Type enumType) : IPropertyConverter
{
    /// <summary>Returns the stored form of an enum value.</summary>
    public static Primitive Number(object value)
        => new(Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture), saveAsNumeric: true);

    public DynamoDBEntry ToEntry(object value) => value is null ? null! : Number(value);

    public object FromEntry(DynamoDBEntry entry) => Enum.ToObject(enumType, entry.AsLong());
}
