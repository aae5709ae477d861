using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace UserStore.DocumentationTests;

/// <summary>
/// Compiles the code of a page as a reader who pastes one block after the other: with the implicit usings of the SDK, the usings that the page has shown
/// so far, the types and variables of earlier blocks, and the <see cref="Frame"/>.
/// </summary>
internal sealed class PageCompiler
{
    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private const string ImplicitUsingsOfTheWeb = """
        global using System.Net.Http.Json; global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http; global using Microsoft.AspNetCore.Routing; global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection; global using Microsoft.Extensions.Hosting; global using Microsoft.Extensions.Logging;
        """;

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private readonly List<string> _errors = [];
    private readonly SortedSet<string> _frameNames = new(StringComparer.Ordinal);
    private readonly List<string> _usings = [];
    private CSharpCompilation _compilation;
    private string _lastClass = "Frame";
    private int _blocks;

    private PageCompiler(string page, string[] blocks)
    {
        bool isWeb = blocks.Any(block => block.Contains("WebApplication.", StringComparison.Ordinal));
        IEnumerable<string> types = blocks.SelectMany(block => SyntaxFactory.ParseCompilationUnit(block, options: ParseOptions).Members)
            .OfType<BaseTypeDeclarationSyntax>().Select(type => type.Identifier.Text);
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);
        _compilation = CSharpCompilation.Create(
            page, [Parse(isWeb ? ImplicitUsings + ImplicitUsingsOfTheWeb : ImplicitUsings), Parse(Frame.SourceFor(types))], References, options);
    }

    /// <summary>Compiles the blocks of a page.</summary>
    /// <returns>The errors of the compiler, and the names of the frame that the blocks use.</returns>
    public static (IReadOnlyList<string> Errors, IReadOnlyCollection<string> FrameNames) Compile(string page, IEnumerable<string> blocks)
    {
        string[] code = [.. blocks];
        var compiler = new PageCompiler(page, code);
        foreach (string block in code)
            compiler.Add(block);
        return (compiler._errors, compiler._frameNames);
    }

    private static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText("#nullable enable\n" + source, ParseOptions);

    private void Add(string block)
    {
        string name = $"Block{++_blocks}";
        CompilationUnitSyntax unit = SyntaxFactory.ParseCompilationUnit(block, options: ParseOptions);
        _usings.AddRange(unit.Usings.Select(directive => directive.ToString()));
        SyntaxTree tree = Parse(string.Join('\n', _usings.Distinct()) + "\n" + BodyOf(name, unit));
        _compilation = _compilation.AddSyntaxTrees(tree);
        SemanticModel model = _compilation.GetSemanticModel(tree);

        _errors.AddRange(model.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(error => $"{_compilation.AssemblyName}, block {_blocks}: {error.GetMessage(null)} {error.Id} in\n{block}"));
        CollectFrameNames(model, tree.GetRoot());
        AddVariables(name, model, tree.GetRoot());
    }

    // Types stay at the top, statements become a method, and what belongs into a class becomes one.
    private string BodyOf(string name, CompilationUnitSyntax unit)
    {
        string all = string.Concat(unit.AttributeLists.Cast<SyntaxNode>().Concat(unit.Members).Select(node => node.ToFullString()));
        if (unit.Members.Any(IsMemberOfClass) || unit.AttributeLists.Count > 0)
            return $"public partial class {name} {{ {Frame.MembersFor(all)} {all} }}";

        string types = string.Concat(unit.Members.Where(member => member is not GlobalStatementSyntax).Select(member => member.ToFullString()));
        string statements = string.Concat(unit.Members.OfType<GlobalStatementSyntax>().Select(statement => statement.ToFullString()));
        string method = $"public class {name} : {_lastClass} {{ async Task<int> Run() {{ {statements}\n return 0; }} }}";
        return statements.Length == 0 ? types : method + types;
    }

    private static bool IsMemberOfClass(MemberDeclarationSyntax member)
        => member is PropertyDeclarationSyntax or MethodDeclarationSyntax or FieldDeclarationSyntax
        || member is GlobalStatementSyntax { Statement: LocalFunctionStatementSyntax function } && function.Modifiers.Any(SyntaxKind.PublicKeyword);

    private void CollectFrameNames(SemanticModel model, SyntaxNode root)
    {
        foreach (SimpleNameSyntax name in root.DescendantNodes().OfType<SimpleNameSyntax>())
        {
            ISymbol? symbol = model.GetSymbolInfo(name).Symbol;
            bool isOfFrame = symbol is INamedTypeSymbol || symbol is IFieldSymbol or IMethodSymbol && symbol.ContainingType.Name == "Frame";
            if (isOfFrame && symbol!.Name != "Frame" && symbol.DeclaringSyntaxReferences.Any(reference => reference.SyntaxTree == _compilation.SyntaxTrees[1]))
                _frameNames.Add(symbol.Name);
        }
    }

    // Variables of a block are fields that later blocks inherit and may hide.
    private void AddVariables(string name, SemanticModel model, SyntaxNode root)
    {
        BlockSyntax? body = root.DescendantNodes().OfType<MethodDeclarationSyntax>().FirstOrDefault(method => method.Identifier.Text == "Run")?.Body;
        if (body is null)
            return;

        IEnumerable<string> fields = body.Statements.OfType<LocalDeclarationStatementSyntax>().SelectMany(statement => statement.Declaration.Variables)
            .Select(variable => (ILocalSymbol)model.GetDeclaredSymbol(variable)!)
            .Select(local => $"protected new {local.Type.ToDisplayString(NullableFlowState.None, FullNames)} {local.Name} = default!;");
        string variables = $"Variables{_blocks}";
        _compilation = _compilation.AddSyntaxTrees(Parse($"public class {variables} : {name} {{ {string.Concat(fields)} }}"));
        _lastClass = variables;
    }

    private static readonly SymbolDisplayFormat FullNames = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);
}
