using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using UserStore.Generators.Analysis;

namespace UserStore.CodeFixes;

/// <summary>Makes a public field an automatic property.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(FieldToPropertyFix)), Shared]
public sealed class FieldToPropertyFix() : ModelCodeFix("Make the field a property", ModelRules.PublicField)
{
    /// <inheritdoc/>
    protected override (SyntaxNode Before, SyntaxNode After)? Change(SyntaxNode place, SemanticModel model)
    {
        if (place.FirstAncestorOrSelf<FieldDeclarationSyntax>() is not { Declaration.Variables.Count: 1 } field
            || field.Modifiers.Any(SyntaxKind.VolatileKeyword) || field.Declaration.Type is RefTypeSyntax)
        {
            return null;
        }

        VariableDeclaratorSyntax variable = field.Declaration.Variables[0];
        SyntaxToken readOnly = field.Modifiers.FirstOrDefault(modifier => modifier.IsKind(SyntaxKind.ReadOnlyKeyword));
        bool isReadOnly = readOnly != default;
        SyntaxToken name = variable.Identifier.WithTrailingTrivia(SyntaxFactory.Space);
        PropertyDeclarationSyntax property = SyntaxFactory.PropertyDeclaration(field.Declaration.Type, name)
            .WithAttributeLists(field.AttributeLists)
            .WithModifiers(isReadOnly ? field.Modifiers.Remove(readOnly) : field.Modifiers)
            .WithAccessorList(Declarations.Accessors(isInit: isReadOnly));
        if (variable.Initializer is { } initializer)
            property = property.WithInitializer(initializer).WithSemicolonToken(field.SemicolonToken);
        return (field, property.WithTriviaFrom(field).WithAdditionalAnnotations(Formatter.Annotation));
    }
}
