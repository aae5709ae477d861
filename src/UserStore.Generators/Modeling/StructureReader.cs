using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace UserStore.Generators.Modeling;

/// <summary>Reads types whose members are stored: user types, and the structures in them.</summary>
internal sealed class StructureReader(MappingContext context)
{
    /// <summary>Returns a structure that is stored as a map; null if it cannot be generated, which is reported.</summary>
    public StructureModel? Read(INamedTypeSymbol type, TableCasing casing) => Read(type, casing, isUser: false);

    /// <summary>Returns a user type, or null.</summary>
    public StructureModel? ReadUser(INamedTypeSymbol type) => Read(type, TableCasing.Of(type), isUser: true);

    private StructureModel? Read(INamedTypeSymbol type, TableCasing casing, bool isUser)
    {
        context.HasForeignTypes |= IsForeign(type, context.Compilation);
        if (!isUser && !context.IsAccessible(type))
            return null;
        if (Violation(type) is { } violation)
            return Refuse(type, violation.Rule, violation.Reason);
        IMethodSymbol? constructor = StoredMembers.BoundConstructor(type, out string? rule);
        if (rule is not null)
            return Refuse(type, MappingRules.Constructor, rule);
        StoredMember[] stored = StoredIn(type, constructor, isUser);
        if (stored.Length == 0)
            return Refuse(type, MappingRules.PropertyType, "has no members that are stored; give it properties with setters, or a converter to the property");
        if (isUser)
            context.Values.Prepare(stored, hasEnumMaps: !IsUser(type));
        var members = new List<MemberModel>();
        bool isComplete = true;
        foreach (StoredMember member in stored)
        {
            MemberModel? model = member.Attributes.IsFlattened ? ReadFlattened(member, type, casing, isUser) : ReadMember(member, type, casing, isUser);
            if (model is null)
                isComplete = false;
            else
                members.Add(model);
        }

        if (!isComplete)
            return null;
        if (DuplicateAttribute(members) is { } duplicate)
            return Refuse(type, MappingRules.Attributes, $"maps two properties to the attribute '{duplicate}'; rename one by [DynamoDBProperty]");
        if (ReadConstructor(type, constructor, stored, members, isUser) is not { } create)
            return null;
        context.Root(type);
        return new StructureModel(type.InCode(), type.IsValueType, new(members), create);
    }

    /// <summary>Returns the members of a user type that are stored.</summary>
    public static StoredMember[] StoredIn(INamedTypeSymbol type) => StoredIn(type, StoredMembers.BoundConstructor(type, out _), isUser: true);

    private static StoredMember[] StoredIn(INamedTypeSymbol type, IMethodSymbol? constructor, bool isUser) => [.. StoredMembers.Of(type, constructor).Where(
        member => !member.Attributes.IsIgnored && !(isUser && member.Attributes.IsRevision))];

    /// <summary>Returns whether a type is the library's user type, or derives from it.</summary>
    public static bool IsUser(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? candidate = type; candidate is not null; candidate = candidate.BaseType)
        {
            if (candidate.FullName() == "UserStore.User")
                return true;
        }

        return false;
    }

    private static string? DuplicateAttribute(List<MemberModel> members) => members
        .SelectMany(member => member.Flattened?.Members.Select(inner => inner.Attribute) ?? [member.Attribute])
        .GroupBy(name => name)
        .FirstOrDefault(name => name.Skip(1).Any())?.Key;

    private static (string Rule, string Reason)? Violation(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            if (declaring.GetAttributes().Any(attribute => attribute.AttributeClass.IsOfSdk("DynamoDBPolymorphicTypeAttribute")))
                return (MappingRules.Polymorphic, "has [DynamoDBPolymorphicType]; store one type, or give the property a converter");
            if (declaring.GetMembers().Any(member => member is IPropertySymbol { IsIndexer: true, IsStatic: false, SetMethod: not null } indexer
                && !SdkAttributes.Of(indexer).IsIgnored))
            {
                return (MappingRules.PropertyType, "has an indexer with a setter, which the SDK takes for a property; mark it with [DynamoDBIgnore]");
            }
        }

        if (TableCasing.TableOf(type) is { } table && IsFirstConversion(table))
            return (MappingRules.Attributes, "has Conversion = ConversionSchema.V1 of [DynamoDBTable], which is not supported; remove it");
        return null;
    }

    /// <summary>Returns whether a table stores lists as sets, and Booleans as numbers.</summary>
    public static bool IsFirstConversion(AttributeData table) => SdkAttributes.Argument(table, "Conversion") is int conversion
        && SdkAttributes.NamedValue(table, "Conversion", "V1") is int first && conversion == first;

    /// <summary>Returns whether a type of another assembly declares members of a type: the compiler leaves out private ones.</summary>
    public static bool IsForeign(INamedTypeSymbol type, Compilation compilation)
    {
        for (INamedTypeSymbol? declaring = type;
            declaring is not null && declaring.SpecialType is not (SpecialType.System_Object or SpecialType.System_ValueType);
            declaring = declaring.BaseType)
        {
            if (!SymbolEqualityComparer.Default.Equals(declaring.ContainingAssembly, compilation.Assembly) && declaring.FullName() != "UserStore.User")
                return true;
        }

        return false;
    }

    private MemberModel? ReadMember(StoredMember member, INamedTypeSymbol type, TableCasing casing, bool isOfItem)
    {
        if (context.Values.OfMember(member, casing, isOfItem) is not { } value)
            return null;
        string attribute = casing.NameOf(member.Attributes.Name ?? member.Name);
        return new MemberModel(member.Name, attribute, value, context.Accessors.Getter(member, type), context.Accessors.Setter(member, type))
        {
            IsTimestamp = member.Attributes.IsTimestamp,
        };
    }

    private MemberModel? ReadFlattened(StoredMember member, INamedTypeSymbol type, TableCasing casing, bool isUser)
    {
        if (!isUser || !member.CanWrite || member.Type is not INamedTypeSymbol part || ValueReader.Underlying(part) is not null)
        {
            context.Report(MappingRules.Flatten, member.Symbol, "has [DynamoDBFlatten], which is supported for classes and structs that are settable "
                + "properties of the user itself; remove it, or give the property a converter");
            return null;
        }

        TableCasing inner = TableCasing.Of(part, casing);
        if (Read(part, inner, isUser: false) is not { } structure)
            return null;
        if (structure.Constructor.Parameters.Count > 0 || structure.Members.Any(child => child.Set.Length == 0 || child.Flattened is not null))
        {
            context.Report(MappingRules.Flatten, member.Symbol, $"has [DynamoDBFlatten] and is of {part.InMessages()}, which is created by a constructor with "
                + "parameters or has flattened properties itself; give it a constructor without parameters, or remove [DynamoDBFlatten]");
            return null;
        }

        var value = new ValueModel(ValueKind.Shape, part.InCode(), part.IsReferenceType, IsNullable: false);
        return new MemberModel(member.Name, "", value, context.Accessors.Getter(member, type), context.Accessors.Setter(member, type))
        {
            Flattened = structure,
        };
    }

    private ConstructorModel? ReadConstructor(
        INamedTypeSymbol type, IMethodSymbol? constructor, StoredMember[] stored, List<MemberModel> members, bool isUser)
    {
        if (constructor is null)
            return new ConstructorModel(type.IsValueType ? "" : $"{context.Accessors.Constructor(type, null)}", default);
        var parameters = new List<ParameterModel>();
        foreach (IParameterSymbol parameter in constructor.Parameters)
        {
            int position = PositionOf(parameter, stored);
            bool isKnown = position >= 0 || StoredMembers.Of(type, constructor).Any(
                member => string.Equals(member.Name, parameter.Name, StringComparison.OrdinalIgnoreCase));
            if (!isKnown || parameter.RefKind != RefKind.None || (position >= 0 && members[position].Flattened is not null))
            {
                context.Report(MappingRules.Constructor, type, $"has a constructor with a parameter '{parameter.Name}' that has the name of no stored "
                    + "property; rename it, or mark another constructor with [DynamoDBConstructor]");
                return null;
            }

            string absent = position < 0 ? Literal(parameter, isRead: false) : AbsentValue(parameter, members[position].Value, isUser);
            parameters.Add(new ParameterModel(parameter.Type.InCode(), position, absent));
        }

        return new ConstructorModel(context.Accessors.Constructor(type, constructor), new(parameters));
    }

    // A member of exactly the name wins.
    private static int PositionOf(IParameterSymbol parameter, StoredMember[] stored)
    {
        int exact = Array.FindIndex(stored, member => member.Name == parameter.Name);
        return exact >= 0 ? exact : Array.FindIndex(stored, member => string.Equals(member.Name, parameter.Name, StringComparison.OrdinalIgnoreCase));
    }

    // In the place of an absent attribute of a user the store puts NULL or the default, which its converter reads.
    private static string AbsentValue(IParameterSymbol parameter, ValueModel value, bool isUser)
    {
        bool isNull = !parameter.HasExplicitDefaultValue || parameter.ExplicitDefaultValue is null;
        bool isNullableEnum = value is { IsNullable: true, Kind: ValueKind.Enum or ValueKind.EnumMap };
        if (isNullableEnum && !(isNull && !isUser))
            return "";
        if (isUser && value.Kind == ValueKind.Strings)
            return isNull ? "global::UserStore.ValueList<string>.Empty" : "";
        if (isUser && value.Kind is ValueKind.Converted or ValueKind.Instant or ValueKind.EpochSeconds)
            return "";
        return Literal(parameter, isRead: isUser);
    }

    /// <summary>Returns the default of a parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="isRead">Whether it is the value that is read after it was stored.</param>
    private static string Literal(IParameterSymbol parameter, bool isRead)
    {
        string type = parameter.Type.InCode();
        if (!parameter.HasExplicitDefaultValue || parameter.ExplicitDefaultValue is not { } value)
            return $"default({type})";
        string literal = value switch
        {
            decimal number => SymbolDisplay.FormatPrimitive(isRead ? number / 1.0000000000000000000000000000m : number, false, false) + "m",
            double number => Fraction(number, "double", "d", isRead),
            float number => Fraction(number, "float", "f", isRead),
            _ => SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false)!,
        };
        return parameter.Type.SpecialType == SpecialType.System_String ? literal : $"unchecked(({type})({literal}))";
    }

    private static string Fraction(double number, string type, string suffix, bool isRead)
    {
        if (double.IsNaN(number))
            return $"{type}.NaN";
        if (double.IsInfinity(number))
            return number > 0 ? $"{type}.PositiveInfinity" : $"{type}.NegativeInfinity";
        bool isSingle = type == "float";
        string digits = isSingle ? ((float)number).ToString("R", CultureInfo.InvariantCulture) : number.ToString("R", CultureInfo.InvariantCulture);
        bool isNegativeZero = number == 0 && BitConverter.DoubleToInt64Bits(number) != 0;
        return isNegativeZero ? (isRead ? $"0{suffix}" : $"-0.0{suffix}") : digits + suffix;
    }

    private StructureModel? Refuse(INamedTypeSymbol type, string rule, string reason)
    {
        context.Report(rule, type, reason);
        return null;
    }
}
