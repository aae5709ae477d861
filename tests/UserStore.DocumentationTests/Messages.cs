using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace UserStore.DocumentationTests;

/// <summary>The texts that the packages can produce, taken from their sources.</summary>
internal static class Messages
{
    /// <summary>Stands for a part of a text that depends on what happened.</summary>
    public const char Variable = '\u2026';

    public static IReadOnlyList<string> All { get; } =
    [
        .. Repository.FilesBelow("src", ".cs").Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot())
            .SelectMany(root => root.DescendantNodes().Where(node => IsText(node) && !IsText(node.Parent)).Select(TextOf)),
    ];

    private static bool IsText(SyntaxNode? node) => node is InterpolatedStringExpressionSyntax || node.IsKind(SyntaxKind.StringLiteralExpression)
        || (node is BinaryExpressionSyntax sum && sum.IsKind(SyntaxKind.AddExpression) && (IsText(sum.Left) || IsText(sum.Right)));

    private static string TextOf(SyntaxNode node) => node switch
    {
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression) => literal.Token.ValueText,
        BinaryExpressionSyntax sum when IsText(sum) => TextOf(sum.Left) + TextOf(sum.Right),
        InterpolatedStringExpressionSyntax text => text.Contents.Aggregate(new StringBuilder(), (all, part)
            => part is InterpolatedStringTextSyntax fixedPart ? all.Append(fixedPart.TextToken.ValueText) : all.Append(Variable)).ToString(),
        _ => Variable.ToString(),
    };
}
