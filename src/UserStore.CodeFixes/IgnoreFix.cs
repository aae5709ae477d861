using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using UserStore.Generators.Analysis;

namespace UserStore.CodeFixes;

/// <summary>Keeps the SDK from storing a revision, or a public field.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(IgnoreFix)), Shared]
public sealed class IgnoreFix() : ModelCodeFix("Add [DynamoDBIgnore]", ModelRules.RevisionStored, ModelRules.PublicField)
{
    /// <inheritdoc/>
    protected override (SyntaxNode Before, SyntaxNode After)? Change(SyntaxNode place, SemanticModel model)
        => place.FirstAncestorOrSelf<SyntaxNode>(node => node is PropertyDeclarationSyntax or FieldDeclarationSyntax or ParameterSyntax) is { } declaration
            ? (declaration, declaration.WithAttribute("DynamoDBIgnore"))
            : null;
}
