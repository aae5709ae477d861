using System.Collections.Immutable;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using UserStore.Generators.Analysis;
using UserStore.Testing;

namespace UserStore.Analyzers.Tests;

/// <summary>Runs the analyzer on source.</summary>
internal static class Analysis
{
    public const string Usings = "#nullable enable\nusing System;\nusing System.Collections.Generic;\nusing Amazon.DynamoDBv2;\n"
        + "using Amazon.DynamoDBv2.DataModel;\nusing Microsoft.Extensions.DependencyInjection;\nusing UserStore;\nusing UserStore.Testing;\n";

    public static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest);

    public static readonly CSharpCompilationOptions Options = new(
        OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999);

    public static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name
                && (name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)))
            .Concat(new[] { typeof(User), typeof(DynamoDBTableAttribute), typeof(InMemoryUserStore) }.Select(type => type.Assembly.Location))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static CSharpCompilation Compile(string assembly, IEnumerable<string> sources, params MetadataReference[] references) => CSharpCompilation.Create(
        assembly, sources.Select(source => CSharpSyntaxTree.ParseText(source, ParseOptions)), [.. References, .. references], Options);

    public static async Task<ImmutableArray<Diagnostic>> DiagnosticsOfAsync(Compilation compilation)
    {
        compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Should().BeEmpty("the test has no mistake");
        ImmutableArray<Diagnostic> diagnostics = await compilation.WithAnalyzers([new UserTypeAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        return [.. diagnostics.OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start).ThenBy(diagnostic => diagnostic.Id)];
    }

    public static Task<ImmutableArray<Diagnostic>> DiagnosticsOfAsync(string source, params MetadataReference[] references)
        => DiagnosticsOfAsync(Compile("Service", [Usings + source], references));

    public static MetadataReference Library(string source)
    {
        using var image = new MemoryStream();
        Compile("Library", [Usings + source]).Emit(image).Success.Should().BeTrue();
        return MetadataReference.CreateFromImage(image.ToArray());
    }

    /// <summary>Returns the text that a diagnostic is at.</summary>
    public static string TextAt(Diagnostic diagnostic)
        => diagnostic.Location.SourceTree!.ToString().Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length);
}
