using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace UserStore.CodeFixes;

/// <summary>Changes the attributes and accessors of declarations.</summary>
internal static class Declarations
{
    private const string Sdk = "global::Amazon.DynamoDBv2.DataModel.";

    /// <summary>Returns a declaration with another attribute of the SDK, as the last one.</summary>
    public static SyntaxNode WithAttribute(this SyntaxNode declaration, string attribute)
    {
        string target = declaration is ParameterSyntax ? "property: " : "";
        AttributeListSyntax added = SyntaxFactory.ParseCompilationUnit($"[{target}{Sdk}{attribute}] class C;").Members[0].AttributeLists[0]
            .WithoutTrivia().WithAdditionalAnnotations(Formatter.Annotation, Simplifier.Annotation);
        if (declaration is ParameterSyntax parameter)
            return parameter.AddAttributeLists(added.WithTrailingTrivia(SyntaxFactory.Space));
        var member = (MemberDeclarationSyntax)declaration;
        SyntaxTrivia indentation = member.GetLeadingTrivia().LastOrDefault(trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia));
        SyntaxTrivia end = member.GetTrailingTrivia().LastOrDefault(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia));
        added = added.WithTrailingTrivia(end == default ? SyntaxFactory.ElasticLineFeed : end);
        if (member.AttributeLists.Count > 0)
            return member.AddAttributeLists(added.WithLeadingTrivia(indentation));
        SyntaxTriviaList leading = member.GetLeadingTrivia();
        return member.WithLeadingTrivia(indentation).WithAttributeLists(SyntaxFactory.SingletonList(added.WithLeadingTrivia(leading)));
    }

    /// <summary>Returns a declaration without an attribute, and without the brackets if they become empty.</summary>
    public static SyntaxNode WithoutAttribute(this SyntaxNode declaration, AttributeSyntax attribute)
    {
        SyntaxNode removed = attribute.Parent is AttributeListSyntax { Attributes.Count: 1 } list ? list : attribute;
        return declaration.RemoveNode(removed, SyntaxRemoveOptions.KeepNoTrivia)!.WithLeadingTrivia(declaration.GetLeadingTrivia());
    }

    /// <summary>Returns the automatic accessors of a property.</summary>
    public static AccessorListSyntax Accessors(bool isInit) => SyntaxFactory.AccessorList(SyntaxFactory.List(
        [Accessor(SyntaxKind.GetAccessorDeclaration), Accessor(isInit ? SyntaxKind.InitAccessorDeclaration : SyntaxKind.SetAccessorDeclaration)]))
        .WithAdditionalAnnotations(Formatter.Annotation);

    private static AccessorDeclarationSyntax Accessor(SyntaxKind kind)
        => SyntaxFactory.AccessorDeclaration(kind).WithSemicolonToken(SyntaxFactory.Token(SyntaxKind.SemicolonToken));
}
