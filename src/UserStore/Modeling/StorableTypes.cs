using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Amazon.DynamoDBv2.DataModel;

namespace UserStore.Modeling;

/// <summary>
/// Determines which property types the SDK's context can store and read back. The context writes some other types and then cannot read
/// them, which would lose a user. They are rejected before the first write.
/// </summary>
internal static class StorableTypes
{
    // A generic type that contains itself with ever more type arguments has no end: no other type of users comes near these numbers.
    private const int MaxTypes = 500;
    private const int MaxArguments = 100;

    /// <summary>Gets the types, other than the lists of the SDK, that this library's converter stores as a list of strings.</summary>
    public static IReadOnlyList<Type> StringLists { get; } =
        [typeof(ValueList<string>), typeof(IReadOnlyList<string>), typeof(IReadOnlyCollection<string>), typeof(IEnumerable<string>)];

    public static bool IsStorable(Type type) => IsStorable(type, []);

    public static bool IsNumeric(Type type) => !type.IsEnum && Type.GetTypeCode(type) is
        TypeCode.SByte or TypeCode.Byte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 or TypeCode.UInt32
        or TypeCode.Int64 or TypeCode.UInt64 or TypeCode.Single or TypeCode.Double or TypeCode.Decimal;

    public static bool IsInteger(Type type) => !type.IsEnum && Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.UInt64;

    /// <summary>Returns whether every value of the type is read back as it was written: the scale of a decimal, the zone of a date and the
    /// unmapped properties of a structure are not.</summary>
    public static bool KeepsValues(Type type)
    {
        if (IsScalar(type))
            return (Nullable.GetUnderlyingType(type) ?? type) is { } scalar && scalar != typeof(decimal) && scalar != typeof(DateTime);
        if (type == typeof(MemoryStream) || StringLists.Contains(type))
            return true;
        if (type.IsArray)
            return KeepsValues(type.GetElementType()!);
        return IsCollection(type) && type.GetGenericArguments().All(
            argument => KeepsValues(argument) && !(argument.IsGenericType && argument.GetGenericTypeDefinition() == typeof(HashSet<>)));
    }

    /// <summary>Returns the minimum and maximum of the stored numbers that a numeric type can hold.</summary>
    public static (StoredNumber Min, StoredNumber Max)? RangeOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Char => Range((int)char.MinValue, (int)char.MaxValue),
        TypeCode.SByte => Range(sbyte.MinValue, sbyte.MaxValue),
        TypeCode.Byte => Range(byte.MinValue, byte.MaxValue),
        TypeCode.Int16 => Range(short.MinValue, short.MaxValue),
        TypeCode.UInt16 => Range(ushort.MinValue, ushort.MaxValue),
        TypeCode.Int32 => Range(int.MinValue, int.MaxValue),
        TypeCode.UInt32 => Range(uint.MinValue, uint.MaxValue),
        TypeCode.Int64 => Range(long.MinValue, long.MaxValue),
        TypeCode.UInt64 => Range(ulong.MinValue, ulong.MaxValue),
        TypeCode.Single => Range(float.MinValue, float.MaxValue),
        TypeCode.Double => (-StoredNumber.Max, StoredNumber.Max),
        TypeCode.Decimal => Range(decimal.MinValue, decimal.MaxValue),
        _ => null,
    };

    private static (StoredNumber Min, StoredNumber Max) Range(IFormattable min, IFormattable max) => (StoredNumber.Of(min), StoredNumber.Of(max));

    /// <summary>Returns whether a type is the next one of so many that there may be no end of them.</summary>
    public static bool IsEndless(Type type, HashSet<Type> seen) => seen.Count >= MaxTypes || CountArguments(type, MaxArguments) > MaxArguments;

    // Of the arguments of arguments as well. Counts no further than the limit: their number can double with every level.
    private static int CountArguments(Type type, int limit)
    {
        if (type.HasElementType)
            return 1 + CountArguments(type.GetElementType()!, limit - 1);
        int count = 0;
        foreach (Type argument in type.GetGenericArguments())
        {
            if (count > limit)
                break;
            count += 1 + CountArguments(argument, limit - count - 1);
        }

        return count;
    }

    private static bool IsStorable(Type type, HashSet<Type> seen)
        => IsScalar(type) || type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?) || type == typeof(MemoryStream)
            || StringLists.Contains(type) || IsStorableCollection(type, seen) || IsStorableStructure(type, seen);

    public static bool IsOfFramework(Type type)
        => type.Namespace is { } space && (space == nameof(System) || space.StartsWith("System.", StringComparison.Ordinal));

    private static bool IsScalar(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return IsNumeric(type) || type.IsEnum || type == typeof(string) || type == typeof(bool) || type == typeof(char) || type == typeof(Guid)
            || type == typeof(DateTime) || type == typeof(DateOnly) || type == typeof(TimeOnly) || type == typeof(byte[]);
    }

    private static bool IsStorableCollection(Type type, HashSet<Type> seen)
    {
        if (type.IsArray)
            return IsStorableElement(type.GetElementType()!, seen);
        if (!type.IsGenericType)
            return false;

        Type[] arguments = type.GetGenericArguments();
        return IsCollection(type) && (arguments.Length == 1 || arguments[0] == typeof(string)) && IsStorableElement(arguments[^1], seen);
    }

    private static bool IsCollection(Type type)
    {
        if (!type.IsGenericType)
            return false;
        Type definition = type.GetGenericTypeDefinition();
        return definition == typeof(List<>) || definition == typeof(HashSet<>) || definition == typeof(SortedSet<>)
            || definition == typeof(Dictionary<,>) || definition == typeof(SortedDictionary<,>);
    }

    // The context applies converters to properties only, not to the elements of a collection.
    private static bool IsStorableElement(Type type, HashSet<Type> seen)
        => IsScalar(type) || IsStorableCollection(type, seen) || IsStorableStructure(type, seen);

    // A type that was seen is storable, or was already found not to be: then the outcome no longer depends on it.
    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "The SDK reflects over the same types and documents the same requirement.")]
    private static bool IsStorableStructure(Type type, HashSet<Type> seen)
    {
        if (type.IsDefined(typeof(DynamoDBPolymorphicTypeAttribute)) || seen.Contains(type))
            return true;
        if (Nullable.GetUnderlyingType(type) is { } structure)
            return IsStorableStructure(structure, seen);
        if (IsOfFramework(type) || type.IsAbstract || type.IsGenericParameter || IsEndless(type, seen))
            return false;

        seen.Add(type);
        PropertyInfo[] members = [.. StoredMembers.PropertiesOf(type).Where(member => IsSetInPublic(member, type))];
        return members.Length > 0 && members.All(member => member.IsDefined(typeof(DynamoDBIgnoreAttribute)) || HasConverter(member)
            || IsStorable(member.PropertyType, seen));
    }

    // A derived type does not see a private setter.
    private static bool IsSetInPublic(PropertyInfo member, Type type) => (member.GetMethod is { IsPublic: true } || member.SetMethod is { IsPublic: true })
        && member.SetMethod is { } setter && (!setter.IsPrivate || member.DeclaringType == type);

    private static bool HasConverter(PropertyInfo member)
        => member.GetCustomAttributes<DynamoDBPropertyAttribute>().Any(attribute => attribute.Converter is not null)
            || member.IsDefined(typeof(DynamoDBPolymorphicTypeAttribute));
}
