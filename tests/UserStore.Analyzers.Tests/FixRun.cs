using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
using UserStore.CodeFixes;

namespace UserStore.Analyzers.Tests;

/// <summary>Applies code fixes to source.</summary>
internal sealed class FixRun : IDisposable
{
    private static readonly CodeFixProvider[] Providers = [.. typeof(ModelCodeFix).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(ModelCodeFix))).Select(type => (CodeFixProvider)Activator.CreateInstance(type)!)];

    private readonly AdhocWorkspace _workspace = new();
    private readonly Document _document;

    public FixRun(string source)
    {
        Project project = _workspace.AddProject("Service", LanguageNames.CSharp)
            .WithMetadataReferences(Analysis.References).WithCompilationOptions(Analysis.Options).WithParseOptions(Analysis.ParseOptions);
        _document = project.AddDocument("Service.cs", SourceText.From(Analysis.Usings + source));
    }

    /// <summary>Returns the titles of the fixes of all diagnostics.</summary>
    public async Task<IReadOnlyList<string>> TitlesAsync()
        => [.. (await ActionsAsync(await DiagnosticsAsync())).Select(found => found.Action.Title)];

    /// <summary>Returns the source after the only fix with a title.</summary>
    public async Task<string> ApplyAsync(string title)
    {
        (_, CodeAction action) = (await ActionsAsync(await DiagnosticsAsync())).Single(found => found.Action.Title == title);
        return await ApplyAsync(action);
    }

    /// <summary>Returns the source after all diagnostics are fixed at once.</summary>
    public async Task<string> ApplyToAllAsync(string title)
    {
        ImmutableArray<Diagnostic> diagnostics = await DiagnosticsAsync();
        (CodeFixProvider provider, CodeAction first) = (await ActionsAsync(diagnostics)).First(found => found.Action.Title == title);
        var all = new FixAllContext(
            _document, provider, FixAllScope.Document, first.EquivalenceKey!, provider.FixableDiagnosticIds, new Found(diagnostics), CancellationToken.None);
        return await ApplyAsync((await provider.GetFixAllProvider()!.GetFixAsync(all))!);
    }

    public void Dispose() => _workspace.Dispose();

    private async Task<ImmutableArray<Diagnostic>> DiagnosticsAsync()
        => await Analysis.DiagnosticsOfAsync((await _document.Project.GetCompilationAsync())!);

    private async Task<IReadOnlyList<(CodeFixProvider Provider, CodeAction Action)>> ActionsAsync(ImmutableArray<Diagnostic> diagnostics)
    {
        var actions = new List<(CodeFixProvider, CodeAction)>();
        foreach (Diagnostic diagnostic in diagnostics)
        {
            foreach (CodeFixProvider provider in Providers.Where(provider => provider.FixableDiagnosticIds.Contains(diagnostic.Id)))
            {
                await provider.RegisterCodeFixesAsync(
                    new CodeFixContext(_document, diagnostic, (action, _) => actions.Add((provider, action)), CancellationToken.None));
            }
        }

        return actions;
    }

    private async Task<string> ApplyAsync(CodeAction action)
    {
        ApplyChangesOperation operation = (await action.GetOperationsAsync(CancellationToken.None)).OfType<ApplyChangesOperation>().Single();
        Document changed = operation.ChangedSolution.GetDocument(_document.Id)!;
        (await changed.Project.GetCompilationAsync())!.GetDiagnostics().Should().NotContain(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);
        return (await changed.GetTextAsync()).ToString()[Analysis.Usings.Length..];
    }

    private sealed class Found(ImmutableArray<Diagnostic> diagnostics) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken)
            => Task.FromResult<IEnumerable<Diagnostic>>(diagnostics);

        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken)
            => Task.FromResult<IEnumerable<Diagnostic>>(diagnostics);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken)
            => Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}
