using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace UserStore.Generators.Modeling;

/// <summary>Names of symbols in generated code and in messages.</summary>
internal static class SymbolNames
{
    private const string Sdk = "Amazon.DynamoDBv2.DataModel.";

    private static readonly SymbolDisplayFormat Short = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes);

    private static readonly SymbolDisplayFormat WithoutArguments = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);

    /// <summary>Returns the name that generated code uses.</summary>
    public static string InCode(this ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    /// <summary>Returns the name that messages use.</summary>
    public static string InMessages(this ITypeSymbol type) => type.ToDisplayString(Short);

    /// <summary>Returns the name of a type with its namespace, without type arguments.</summary>
    public static string FullName(this ITypeSymbol type) => type.OriginalDefinition.ToDisplayString(WithoutArguments);

    public static bool IsOfSdk(this ITypeSymbol? type, string name) => type is not null && type.FullName() == Sdk + name;

    public static bool DerivesFromSdk(this ITypeSymbol? type, string name)
    {
        for (ITypeSymbol? candidate = type; candidate is not null; candidate = candidate.BaseType)
        {
            if (candidate.IsOfSdk(name))
                return true;
        }

        return false;
    }

    /// <summary>Returns an identifier as it is written, with the sign that a keyword requires.</summary>
    public static string Escaped(string identifier)
        => SyntaxFacts.GetKeywordKind(identifier) == SyntaxKind.None && SyntaxFacts.GetContextualKeywordKind(identifier) == SyntaxKind.None
            ? identifier
            : "@" + identifier;

    /// <summary>Returns the name by which an assembly finds a type.</summary>
    public static string MetadataName(INamedTypeSymbol type) => type.ContainingType is { } outer
        ? $"{MetadataName(outer)}+{type.MetadataName}"
        : type.ContainingNamespace is { IsGlobalNamespace: false } space ? $"{space.ToDisplayString()}.{type.MetadataName}" : type.MetadataName;

    /// <summary>Returns a part of an identifier that describes a type, such as <c>ListOfString</c>.</summary>
    public static string Describe(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => $"{Describe(array.ElementType)}Array",
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => $"Nullable{Describe(nullable.TypeArguments[0])}",
        INamedTypeSymbol { TypeArguments.Length: > 0 } generic
            => $"{generic.Name}Of{string.Concat(generic.TypeArguments.Where((_, i) => i > 0 || generic.TypeArguments.Length == 1).Select(Describe))}",
        _ => type.Name,
    };

    /// <summary>Returns the name of the class that is generated for a type. It is another one for every type, also where case is ignored, as in names of
    /// files.</summary>
    public static string ClassName(INamedTypeSymbol type)
    {
        string full = MetadataName(type);
        string name = new([.. full.Replace("+", "__").Select(letter => SyntaxFacts.IsIdentifierPartCharacter(letter) ? letter : '_')]);
        return $"MappingOf_{name}_{StableHash(full):x8}";
    }

    // FNV-1a: the same in every process.
    private static uint StableHash(string text) => text.Aggregate(2166136261u, (hash, letter) => unchecked((hash ^ letter) * 16777619u));
}
