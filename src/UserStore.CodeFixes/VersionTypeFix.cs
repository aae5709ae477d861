using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using UserStore.Generators.Analysis;

namespace UserStore.CodeFixes;

/// <summary>Makes a version a nullable number that lasts.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(VersionTypeFix)), Shared]
public sealed class VersionTypeFix() : ModelCodeFix("Make the version a long?", ModelRules.Version)
{
    /// <inheritdoc/>
    protected override (SyntaxNode Before, SyntaxNode After)? Change(SyntaxNode place, SemanticModel model)
    {
        TypeSyntax? type = place.FirstAncestorOrSelf<SyntaxNode>(node => node is PropertyDeclarationSyntax or ParameterSyntax) switch
        {
            PropertyDeclarationSyntax property => property.Type,
            ParameterSyntax parameter => parameter.Type,
            _ => null,
        };
        return type is not null && model.GetTypeInfo(type).Type is { IsValueType: true } && type.ToString() is not ("long?" or "int?")
            ? (type, SyntaxFactory.ParseTypeName("long?").WithTriviaFrom(type))
            : null;
    }
}
