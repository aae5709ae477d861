using Microsoft.CodeAnalysis;
using UserStore.Generators.Modeling;

namespace UserStore.Generators.Analysis;

/// <summary>Determines which roles the type of a property fits. What a converter of the application stores is only known when it runs, and fits.</summary>
internal static class PropertyTypes
{
    /// <summary>Returns the type of a property without <see cref="Nullable{T}"/>.</summary>
    public static ITypeSymbol ValueType(this StoredMember member) => ValueReader.Underlying(member.Type) ?? member.Type;

    /// <summary>Returns whether a property can be a part of the key of a user, or a scope.</summary>
    public static bool FitsKey(this StoredMember member) => member.ValueType() is var type && (StorableTypes.IsUnknown(type)
        || (type.SpecialType != SpecialType.System_UInt64
            && ValueReader.KindOf(type) is ValueKind.String or ValueKind.Guid or ValueKind.Integer));

    /// <summary>Returns whether a property can be a key of an index: it is stored as a string or a number.</summary>
    public static bool FitsIndex(this StoredMember member, bool hasEnumMaps)
    {
        ITypeSymbol type = member.ValueType();
        if (StorableTypes.IsUnknown(type) || type.SpecialType == SpecialType.System_String)
            return true;
        if (!type.IsValueType)
            return false;
        if (member.Attributes.HasOwnForm)
            return true;
        if (type.TypeKind == TypeKind.Enum)
            return !hasEnumMaps || ValueReader.Underlying(member.Type) is null;
        return ValueReader.IsInstant(type) || ValueReader.KindOf(type) is not (null or ValueKind.Boolean);
    }

    public static bool FitsVersion(this StoredMember member) => StorableTypes.IsUnknown(member.ValueType())
        || (ValueReader.Underlying(member.Type) is { } number && member.Attributes.Converter is null && StorableTypes.IsInteger(number)
            && number.SpecialType is not (SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16 or SpecialType.System_UInt16));

    public static bool FitsTime(this StoredMember member) => member.ValueType() is var type
        && (StorableTypes.IsUnknown(type) || type.SpecialType == SpecialType.System_DateTime || ValueReader.IsInstant(type));

    /// <summary>Returns whether a property is stored as epoch seconds.</summary>
    public static bool FitsExpiry(this StoredMember member)
    {
        ITypeSymbol type = member.ValueType();
        if (StorableTypes.IsUnknown(type) || member.Attributes.IsEpoch || type.SpecialType is SpecialType.System_Int64 or SpecialType.System_Int32)
            return true;
        return ValueReader.IsInstant(type) && member.Attributes.HasOwnForm && member.Attributes.Converter?.FullName() != "UserStore.InstantConverter";
    }
}
