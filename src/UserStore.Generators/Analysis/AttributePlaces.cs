using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace UserStore.Generators.Analysis;

/// <summary>Finds attributes and their arguments in the source.</summary>
internal static class AttributePlaces
{
    /// <summary>Returns the place of an attribute; null in another assembly.</summary>
    public static Location? PlaceOf(this AttributeData? attribute)
        => attribute?.ApplicationSyntaxReference is { } reference ? Location.Create(reference.SyntaxTree, reference.Span) : null;

    /// <summary>Returns the place of the argument that sets a property of an attribute; null in another assembly.</summary>
    public static Location? PlaceOf(this AttributeData attribute, string property, CancellationToken cancellation)
    {
        if (attribute.ApplicationSyntaxReference?.GetSyntax(cancellation) is not AttributeSyntax { ArgumentList: { } list })
            return null;
        foreach (AttributeArgumentSyntax argument in list.Arguments)
        {
            int position = list.Arguments.IndexOf(argument);
            string? name = argument.NameEquals?.Name.Identifier.ValueText ?? argument.NameColon?.Name.Identifier.ValueText
                ?? attribute.AttributeConstructor?.Parameters.ElementAtOrDefault(position)?.Name;
            if (string.Equals(name, property, StringComparison.OrdinalIgnoreCase))
                return argument.GetLocation();
        }

        return null;
    }
}
