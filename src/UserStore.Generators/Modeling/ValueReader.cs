using Microsoft.CodeAnalysis;

namespace UserStore.Generators.Modeling;

/// <summary>Determines how the SDK's context stores a value, with the converters that the store gives it.</summary>
internal sealed class ValueReader(MappingContext context)
{
    private static readonly HashSet<string> StringLists =
    [
        "UserStore.ValueList", "System.Collections.Generic.IReadOnlyList", "System.Collections.Generic.IReadOnlyCollection",
        "System.Collections.Generic.IEnumerable",
    ];

    private readonly HashSet<ITypeSymbol> _nullableEnums = new(SymbolEqualityComparer.Default);
    private bool _hasEnumMaps;
    private bool _isEndlessReported;

    /// <summary>Takes the nullable enums of the user itself, which the store gives a converter that structures have as well.</summary>
    public void Prepare(IEnumerable<StoredMember> members, bool hasEnumMaps)
    {
        _hasEnumMaps = hasEnumMaps;
        foreach (StoredMember member in members)
        {
            if (member.Attributes.Converter is null && Underlying(member.Type) is { TypeKind: TypeKind.Enum })
                _nullableEnums.Add(member.Type);
        }
    }

    /// <summary>Returns how a member is stored; null if it cannot be generated, which is reported.</summary>
    /// <param name="member">The member.</param>
    /// <param name="casing">The casing of the type that has it.</param>
    /// <param name="isOfItem">Whether it is an attribute of the item.</param>
    public ValueModel? OfMember(StoredMember member, TableCasing casing, bool isOfItem)
    {
        SdkAttributes attributes = member.Attributes;
        ITypeSymbol type = member.Type;
        if (attributes.IsPolymorphic)
            return Refuse(member, MappingRules.Polymorphic, "has [DynamoDBPolymorphicType]; store one type, or give the property a converter");
        if (attributes.Unknown is { } unknown)
            return Refuse(member, MappingRules.Attributes, $"has [{unknown.Name}], which derives from an attribute of the SDK; use that one itself");
        if (attributes.HasTwoNames)
            return Refuse(member, MappingRules.Attributes, "has attributes with different names; give it one name");
        if (!context.IsAccessible(type))
            return Refuse(member, MappingRules.Access, $"is of {type.InMessages()}, which generated code cannot name; make the type internal or public");
        if (attributes.Converter is { } converter)
            return OfConverter(member, converter);
        ITypeSymbol value = Underlying(type) ?? type;
        bool isDate = value.SpecialType == SpecialType.System_DateTime;
        if (attributes.IsEpoch && isOfItem && isDate)
            return Scalar(ValueKind.EpochDate, type);
        bool hasDefaultConverter = !attributes.IsEpoch && !attributes.IsTimestamp;
        if (hasDefaultConverter && ByDefaultConverter(type) is { } converted)
            return converted;
        int reported = context.Diagnostics.Count;
        if (OfType(type, casing) is { } supported)
            return supported;
        if (context.Shapes.IsEndless)
            return RefuseEndless(member);
        return Refuse(member, reported, MappingRules.PropertyType, $"is of {type.InMessages()}, which is not supported; change it to a "
            + "List, HashSet, Dictionary, ValueList<string>, class or struct of supported types, give it a converter, or mark it with [DynamoDBIgnore]");
    }

    /// <summary>Returns how a value without a converter is stored; null if the type is not supported.</summary>
    public ValueModel? OfType(ITypeSymbol type, TableCasing casing)
    {
        ITypeSymbol value = Underlying(type) ?? type;
        if (value.TypeKind == TypeKind.Enum)
            return OfEnum(type, value);
        if (KindOf(value) is { } kind)
            return Scalar(kind, type);
        return context.Shapes.Of(value, casing) is >= 0 and var shape ? Scalar(ValueKind.Shape, type) with { Shape = shape } : null;
    }

    /// <summary>Returns whether the SDK itself converts values of a type, and collections of them.</summary>
    public static bool IsPrimitive(ITypeSymbol type)
        => KindOf(type) is not (null or ValueKind.DateOnly or ValueKind.TimeOnly or ValueKind.Stream);

    /// <summary>Returns the type of the set in DynamoDB that holds values of a type.</summary>
    public static string SetTypeOf(ITypeSymbol element) => KindOf(element) switch
    {
        ValueKind.Bytes => "BS",
        ValueKind.Integer or ValueKind.Single or ValueKind.Double or ValueKind.Decimal => "NS",
        _ => "SS",
    };

    public static ITypeSymbol? Underlying(ITypeSymbol type)
        => type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : null;

    /// <summary>Returns how a single value is stored; null for enums, collections and structures.</summary>
    public static ValueKind? KindOf(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_String => ValueKind.String,
        SpecialType.System_Boolean => ValueKind.Boolean,
        SpecialType.System_Char => ValueKind.Char,
        SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16 or SpecialType.System_UInt16 or SpecialType.System_Int32
            or SpecialType.System_UInt32 or SpecialType.System_Int64 or SpecialType.System_UInt64 => ValueKind.Integer,
        SpecialType.System_Single => ValueKind.Single,
        SpecialType.System_Double => ValueKind.Double,
        SpecialType.System_Decimal => ValueKind.Decimal,
        SpecialType.System_DateTime => ValueKind.Date,
        _ when type is IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Byte } => ValueKind.Bytes,
        _ => type.FullName() switch
        {
            "System.Guid" => ValueKind.Guid,
            "System.DateOnly" => ValueKind.DateOnly,
            "System.TimeOnly" => ValueKind.TimeOnly,
            "System.IO.MemoryStream" => ValueKind.Stream,
            _ => null,
        },
    };

    public static bool IsInstant(ITypeSymbol type) => (Underlying(type) ?? type).FullName() == "System.DateTimeOffset";

    public static bool IsStringList(ITypeSymbol type)
        => type is INamedTypeSymbol { TypeArguments.Length: 1 } list && list.TypeArguments[0].SpecialType == SpecialType.System_String
            && StringLists.Contains(type.FullName());

    private static ValueModel Scalar(ValueKind kind, ITypeSymbol type)
        => new(kind, (Underlying(type) ?? type).InCode(), type.IsReferenceType, Underlying(type) is not null);

    private ValueModel? ByDefaultConverter(ITypeSymbol type)
    {
        if (IsInstant(type))
            return Scalar(ValueKind.Instant, type);
        if (IsStringList(type))
            return Scalar(ValueKind.Strings, type);
        if (!_nullableEnums.Contains(type))
            return null;
        ValueModel number = OfEnum(type, Underlying(type)!);
        return number with { Kind = _hasEnumMaps ? ValueKind.EnumMap : ValueKind.Enum, ReadNumber = "long" };
    }

    // The SDK reads every enum as an int. A nullable one that has no converter is a structure to it, with the number as its field.
    private ValueModel OfEnum(ITypeSymbol type, ITypeSymbol value)
    {
        string number = ((INamedTypeSymbol)value).EnumUnderlyingType!.InCode();
        if (Underlying(type) is null)
            return Scalar(ValueKind.Enum, type) with { Number = number, ReadNumber = "int" };
        context.Root(value);
        return Scalar(ValueKind.EnumMap, type) with { Number = number, ReadNumber = number };
    }

    private ValueModel? OfConverter(StoredMember member, INamedTypeSymbol converter)
    {
        ITypeSymbol type = member.Type;
        switch (converter.FullName())
        {
            case "UserStore.InstantConverter" when IsInstant(type):
                return Scalar(ValueKind.Instant, type);
            case "UserStore.EpochSecondsConverter" when IsInstant(type):
                return Scalar(ValueKind.EpochSeconds, type);
            case "UserStore.StringListConverter" when IsStringList(type):
                return Scalar(ValueKind.Strings, type);
        }

        bool isCreatable = context.IsAccessible(converter) && !converter.IsAbstract && !converter.IsUnboundGenericType && converter.InstanceConstructors.Any(
            constructor => constructor.Parameters.Length == 0 && constructor.DeclaredAccessibility == Accessibility.Public
                && !AccessorReader.NeedsRequiredMembers(converter, constructor));
        if (!isCreatable)
        {
            return Refuse(member, MappingRules.Converter, $"has the converter {converter.InMessages()}, which generated code cannot create; make it an "
                + "internal or public class with a public constructor without parameters, and without required members");
        }

        context.Root(converter);
        return Scalar(ValueKind.Converted, type) with { Converter = converter.InCode() };
    }

    // Once, where the search ended: what was not read is not wrong. There the names with type arguments are long, those of the definition are not.
    private ValueModel? RefuseEndless(StoredMember member)
    {
        if (_isEndlessReported)
            return null;
        _isEndlessReported = true;
        ISymbol definition = member.Symbol.OriginalDefinition;
        ITypeSymbol type = definition is IFieldSymbol field ? field.Type : ((IPropertySymbol)definition).Type;
        context.Report(MappingRules.PropertyType, definition, $"is of {type.InMessages()}, with which a user contains too many types; use a type that does not "
            + "contain itself with other type arguments, give the property a converter, or mark it with [DynamoDBIgnore]");
        return null;
    }

    // What is wrong in a structure is reported there.
    private ValueModel? Refuse(StoredMember member, int reported, string rule, string reason)
        => context.Diagnostics.Count > reported ? null : Refuse(member, rule, reason);

    private ValueModel? Refuse(StoredMember member, string rule, string reason)
    {
        context.Report(rule, member.Symbol, reason);
        return null;
    }
}
