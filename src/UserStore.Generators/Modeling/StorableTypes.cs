using Microsoft.CodeAnalysis;

namespace UserStore.Generators.Modeling;

/// <summary>Determines which property types registration accepts. It accepts some that generated code does not support. A type that is not known yet, of
/// a type parameter or of an error, counts as accepted.</summary>
internal static class StorableTypes
{
    private static readonly HashSet<string> Lists =
        ["System.Collections.Generic.List", "System.Collections.Generic.HashSet", "System.Collections.Generic.SortedSet"];

    private static readonly HashSet<string> Dictionaries = ["System.Collections.Generic.Dictionary", "System.Collections.Generic.SortedDictionary"];

    public static bool IsStorable(ITypeSymbol type) => IsStorable(type, new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default));

    public static bool IsUnknown(ITypeSymbol type) => type.TypeKind is TypeKind.TypeParameter or TypeKind.Error;

    public static bool IsInteger(ITypeSymbol type) => ValueReader.KindOf(type) == ValueKind.Integer;

    private static bool IsScalar(ITypeSymbol type) => (ValueReader.Underlying(type) ?? type) is var value
        && (value.TypeKind == TypeKind.Enum || ValueReader.KindOf(value) is not (null or ValueKind.Stream));

    private static bool IsStorable(ITypeSymbol type, HashSet<ITypeSymbol> seen)
        => ValueReader.IsInstant(type) || ValueReader.KindOf(type) == ValueKind.Stream || ValueReader.IsStringList(type) || IsStorableElement(type, seen);

    // The context applies converters to properties only, not to the elements of a collection.
    private static bool IsStorableElement(ITypeSymbol type, HashSet<ITypeSymbol> seen)
        => IsUnknown(type) || IsScalar(type) || IsStorableCollection(type, seen) || IsStorableStructure(type, seen);

    private static bool IsStorableCollection(ITypeSymbol type, HashSet<ITypeSymbol> seen)
    {
        if (type is IArrayTypeSymbol array)
            return IsStorableElement(array.ElementType, seen);
        if (type is not INamedTypeSymbol { TypeArguments.Length: > 0 } named)
            return false;
        bool isDictionary = Dictionaries.Contains(named.FullName())
            && (IsUnknown(named.TypeArguments[0]) || named.TypeArguments[0].SpecialType == SpecialType.System_String);
        return (isDictionary || Lists.Contains(named.FullName())) && IsStorableElement(named.TypeArguments[named.TypeArguments.Length - 1], seen);
    }

    // A type that was seen is storable, or was already found not to be: then the outcome no longer depends on it.
    private static bool IsStorableStructure(ITypeSymbol type, HashSet<ITypeSymbol> seen)
    {
        if (ValueReader.Underlying(type) is { } structure)
            return IsUnknown(structure) || IsStorableStructure(structure, seen);
        if (type is not INamedTypeSymbol named)
            return false;
        if (IsPolymorphic(named) || seen.Contains(type))
            return true;
        if (ShapeReader.IsOfFramework(named) || named.IsAbstract || TypeLimits.IsEndless(type, seen.Count))
            return false;
        seen.Add(type);
        StoredMember[] members = [.. StoredMembers.PropertiesOf(named).Where(member => IsSetInPublic(member, named))];
        return members.Length > 0 && members.All(member => member.Attributes.IsIgnored || member.Attributes.HasOwnForm || IsStorable(member.Type, seen));
    }

    /// <summary>Returns whether objects of a type can be of several types.</summary>
    public static bool IsPolymorphic(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            if (declaring.GetAttributes().Any(attribute => attribute.AttributeClass.IsOfSdk("DynamoDBPolymorphicTypeAttribute")))
                return true;
        }

        return false;
    }

    // A derived type does not see a private setter.
    private static bool IsSetInPublic(StoredMember member, INamedTypeSymbol type) => member.Symbol.DeclaredAccessibility == Accessibility.Public
        && member.Setter is { } setter
        && (setter.DeclaredAccessibility != Accessibility.Private || SymbolEqualityComparer.Default.Equals(setter.ContainingType, type));
}
