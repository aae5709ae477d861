using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using UserStore.Generators.Analysis;

namespace UserStore.CodeFixes;

/// <summary>Removes an attribute that is not honored, or an argument of one.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemoveAttributeFix)), Shared]
public sealed class RemoveAttributeFix() : ModelCodeFix(
    "Remove the attribute", ModelRules.NotHonored, ModelRules.InsideStructure, ModelRules.UniqueKey, ModelRules.UniqueType, ModelRules.GeneratedKey,
    ModelRules.Encrypted)
{
    /// <inheritdoc/>
    protected override (SyntaxNode Before, SyntaxNode After)? Change(SyntaxNode place, SemanticModel model)
    {
        if (place.FirstAncestorOrSelf<AttributeSyntax>() is not { Parent.Parent: { } declaration } attribute)
            return null;
        if (place.FirstAncestorOrSelf<AttributeArgumentSyntax>() is not { } argument)
            return (declaration, declaration.WithoutAttribute(attribute));
        SeparatedSyntaxList<AttributeArgumentSyntax> others = attribute.ArgumentList!.Arguments.Remove(argument);
        return (attribute, attribute.WithArgumentList(others.Count == 0 ? null : SyntaxFactory.AttributeArgumentList(others)));
    }
}
