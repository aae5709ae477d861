using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace UserStore.Generators.Analysis;

/// <summary>Reports at compile time what registration refuses when the service starts.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UserTypeAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [.. ModelRules.All];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName("UserStore.UniqueAttribute") is null)
                return;
            var check = new UserTypeCheck(start.Compilation);
            start.RegisterSymbolAction(
                symbol =>
                {
                    foreach (Diagnostic diagnostic in check.Declaration((INamedTypeSymbol)symbol.Symbol, symbol.CancellationToken))
                        symbol.ReportDiagnostic(diagnostic);
                },
                SymbolKind.NamedType);
            start.RegisterSyntaxNodeAction(
                node =>
                {
                    if (UserTypeUse.Of((GenericNameSyntax)node.Node, node.SemanticModel, node.CancellationToken) is not { } use)
                        return;
                    foreach (Diagnostic diagnostic in check.Use(use, node.CancellationToken))
                        node.ReportDiagnostic(diagnostic);
                },
                SyntaxKind.GenericName);
        });
    }
}
