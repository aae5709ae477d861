using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using UserStore.Generators.Analysis;

namespace UserStore.CodeFixes;

/// <summary>Gives an automatic property that is marked for storing its setter.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SetterFix)), Shared]
public sealed class SetterFix() : ModelCodeFix("Add a setter", ModelRules.NotStored)
{
    /// <inheritdoc/>
    protected override (SyntaxNode Before, SyntaxNode After)? Change(SyntaxNode place, SemanticModel model)
        => place.FirstAncestorOrSelf<PropertyDeclarationSyntax>()
            is { AccessorList: { Accessors.Count: 1 } accessors, ExplicitInterfaceSpecifier: null } property
            && accessors.Accessors[0] is { RawKind: (int)SyntaxKind.GetAccessorDeclaration, Body: null, ExpressionBody: null }
            && model.GetDeclaredSymbol(property) is IPropertySymbol { IsAbstract: false, IsOverride: false }
            ? (accessors, Declarations.Accessors(isInit: property.Parent is RecordDeclarationSyntax).WithTriviaFrom(accessors))
            : null;
}
