using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace UserStore.Generators.Analysis;

/// <summary>Finds the types whose roles code describes, by <c>UserStoreOptions.Describe</c>, which replaces the attributes of a role.</summary>
/// <remarks>The names are compared as they are written: a type of the same name that is described elsewhere hides mistakes rather than reports
/// what is none. The trees are read only for a type that violates a rule.</remarks>
internal sealed class DescribedTypes(Compilation compilation)
{
    private readonly Lazy<HashSet<string>> _names = new(() => Find(compilation));

    public bool Contains(INamedTypeSymbol type) => _names.Value.Contains(type.Name);

    private static HashSet<string> Find(Compilation compilation) => [.. compilation.SyntaxTrees
        .SelectMany(tree => tree.GetRoot().DescendantNodes()).OfType<GenericNameSyntax>()
        .Where(name => name is { Identifier.ValueText: "Describe" or "UserTypeBuilder", TypeArgumentList.Arguments.Count: 1 })
        .Select(name => RightmostName(name.TypeArgumentList.Arguments[0])).OfType<string>()];

    private static string? RightmostName(TypeSyntax type) => type switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax aliased => aliased.Name.Identifier.ValueText,
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        _ => null,
    };
}
