using Microsoft.CodeAnalysis;

namespace UserStore.Generators.Analysis;

/// <summary>Determines which types can be base types: how the SDK creates a user depends on the derived type then, which may bind other properties.</summary>
internal sealed class DerivedTypes(Compilation compilation)
{
    private readonly Lazy<HashSet<INamedTypeSymbol>> _bases = new(
        () => new HashSet<INamedTypeSymbol>(BasesIn(compilation.Assembly.GlobalNamespace), SymbolEqualityComparer.Default));

    /// <summary>Returns whether users are of this type, and no class derives from it, here or in another assembly.</summary>
    public bool IsFinal(INamedTypeSymbol type) => type.IsSealed
        || (!type.IsAbstract && (compilation.Options.OutputKind != OutputKind.DynamicallyLinkedLibrary || !IsVisible(type))
            && !_bases.Value.Contains(type.OriginalDefinition));

    private static bool IsVisible(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            if (outer.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal))
                return false;
        }

        return true;
    }

    private static IEnumerable<INamedTypeSymbol> BasesIn(INamespaceOrTypeSymbol container) => container.GetMembers().OfType<INamespaceOrTypeSymbol>()
        .SelectMany(inner => BasesIn(inner).Concat(inner is INamedTypeSymbol { BaseType.OriginalDefinition: { } declared } ? [declared] : []));
}
