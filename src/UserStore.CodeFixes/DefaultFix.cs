using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using UserStore.Generators.Analysis;

namespace UserStore.CodeFixes;

/// <summary>Removes the default of a unique value: a user without a value has none.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DefaultFix)), Shared]
public sealed class DefaultFix() : ModelCodeFix("Remove the default", ModelRules.UniqueDefault)
{
    /// <inheritdoc/>
    protected override (SyntaxNode Before, SyntaxNode After)? Change(SyntaxNode place, SemanticModel model)
    {
        if (place.FirstAncestorOrSelf<PropertyDeclarationSyntax>() is not { Initializer: not null, AccessorList: { } accessors } property)
            return null;
        PropertyDeclarationSyntax changed = property.WithAccessorList(accessors.WithTrailingTrivia(property.SemicolonToken.TrailingTrivia))
            .WithInitializer(null).WithSemicolonToken(default);
        bool isNullable = property.Type is NullableTypeSyntax || property.Modifiers.Any(SyntaxKind.RequiredKeyword)
            || !model.GetNullableContext(property.SpanStart).AnnotationsEnabled();
        return (property, isNullable
            ? changed
            : changed.WithType(SyntaxFactory.NullableType(property.Type.WithoutTrailingTrivia()).WithTrailingTrivia(property.Type.GetTrailingTrivia())));
    }
}
