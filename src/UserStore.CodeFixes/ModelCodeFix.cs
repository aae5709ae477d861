using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace UserStore.CodeFixes;

/// <summary>Changes one declaration, where the rule has an obvious remedy.</summary>
/// <param name="title">What the fix does.</param>
/// <param name="rules">The ids of the rules.</param>
public abstract class ModelCodeFix(string title, params string[] rules) : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [.. rules];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            // The declaration may be far from the place that the diagnostic is at.
            Location place = diagnostic.AdditionalLocations.Count > 0 ? diagnostic.AdditionalLocations[0] : diagnostic.Location;
            if (context.Document.Project.Solution.GetDocument(place.SourceTree) is not { } document
                || await document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root
                || await document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false) is not { } model
                || Change(root.FindNode(place.SourceSpan), model) is not var (before, after))
            {
                continue;
            }

            Solution changed = document.WithSyntaxRoot(root.ReplaceNode(before, after)).Project.Solution;
            context.RegisterCodeFix(CodeAction.Create(title, _ => Task.FromResult(changed), GetType().Name), diagnostic);
        }
    }

    /// <summary>Returns the declaration and what becomes of it, or null if it has another form than the fix knows.</summary>
    /// <param name="place">The name of the declaration, or the attribute, or its argument.</param>
    /// <param name="model">The meaning of the names.</param>
    protected abstract (SyntaxNode Before, SyntaxNode After)? Change(SyntaxNode place, SemanticModel model);
}
